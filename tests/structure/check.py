#!/usr/bin/env python3
"""usage: check.py PROJECT - checks how the headers of a project lie on top of each other; exit status 1 and a line for each fault.

Long functions are listed too, as a remark: what a function is can only be guessed here.
"""
import pathlib
import re
import sys

# core <- ops <- hooks <- nn <- models <- experiment; io and text stand beside them on core, analysis on core alone.
MAY_INCLUDE = {
    "core": {"core"},
    "ops": {"core", "ops"},
    "hooks": {"core", "ops", "hooks"},
    "nn": {"core", "ops", "hooks", "nn"},
    "models": {"core", "ops", "hooks", "nn", "io", "models"},
    "io": {"core", "io"},
    "text": {"core", "io", "text"},
    "analysis": {"core", "analysis"},
    "experiment": {"core", "ops", "hooks", "nn", "models", "io", "text", "analysis", "experiment"},
}
# Heavy headers, and where they may not be seen.
FORBIDDEN = {
    r"boost/": set(MAY_INCLUDE),
    r"(cld2/|curl/)": set(MAY_INCLUDE) - {"experiment"},
    r"(nlohmann/|xtensor/|sentencepiece|unsupported/)": {"core", "ops", "hooks", "nn"},
    r"Eigen/": {"core", "ops", "io", "text", "analysis"},
}
LONGEST_FILE, LONGEST_FUNCTION = 220, 40
TO_BE_SPLIT = {"text/oniguruma_pattern.hpp": 320}  # too long; may shrink, not grow

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')
NOT_A_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|if|else|for|while|switch|do|try|catch|return|extern)\b|=\s*\{$|\[.*\]\s*\(?")


def wrong_includes(path, folder, lines):
    """The faults of a header's include lines."""
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        header = found.group(1)
        parts = header.split("/")
        if parts[0] == "neuroglot" and len(parts) == 2 and parts[1] != "version.hpp":
            yield f"{path}:{number}: includes {header}: include what is used, not an umbrella"
        if parts[0] == "neuroglot" and len(parts) > 2 and parts[1] not in MAY_INCLUDE.get(folder, set()):
            yield f"{path}:{number}: {folder}/ may not include {header}"
        for pattern, folders in FORBIDDEN.items():
            if folder in folders and re.match(pattern, header):
                yield f"{path}:{number}: {folder}/ may not include <{header}>"


def not_for_the_host(path, lines):
    """Includes by which a header that a program sees would need CUDA or its emulation."""
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if found and re.match(r"kernels/(.*\.cuh|emulation/)|cuda|mma\.h", found.group(1)):
            yield f"{path}:{number}: includes {found.group(1)}: programs see kernels/*.hpp alone"
        if found and str(path).startswith("kernels/") and "/" in found.group(1) and not found.group(1).startswith("kernels/"):
            yield f"{path}:{number}: includes {found.group(1)}: kernels see no library"


def wrong_form(path, lines):
    """The faults of a header as a whole."""
    longest = next((most for name, most in TO_BE_SPLIT.items() if str(path).endswith(name)), LONGEST_FILE)
    if len(lines) > longest:
        yield f"{path}: {len(lines)} lines, more than {longest}"
    if not lines or not lines[0].startswith("/// "):
        yield f"{path}: does not open with a sentence (///) saying what it is"
    if "#pragma once" not in lines:
        yield f"{path}: no #pragma once"
    for number, line in enumerate(lines, 1):
        if re.match(r"namespace\s*\{", line):
            yield f"{path}:{number}: an unnamed namespace in a header is another thing in every file"
        if re.match(r"using namespace\b", line):
            yield f"{path}:{number}: using namespace in a header"


def long_functions(path, lines):
    """Functions that look longer than they should."""
    for number, line in enumerate(lines):
        if not line.rstrip().endswith("{") or "(" not in line and ")" not in line or NOT_A_FUNCTION.search(line):
            continue
        indent = len(line) - len(line.lstrip())
        for end in range(number + 1, len(lines)):
            if lines[end].startswith(" " * indent + "}"):
                if end - number > LONGEST_FUNCTION:
                    yield f"{path}:{number + 1}: a function of {end - number + 1} lines: {line.strip()}"
                break


def main():
    project = pathlib.Path(sys.argv[1])
    faults, remarks, headers = [], [], 0
    for file in sorted(project.glob("include/neuroglot/**/*.hpp")):
        headers += 1
        path = file.relative_to(project)
        folder = path.parts[2] if len(path.parts) > 3 else ""
        lines = file.read_text().splitlines()
        faults += wrong_includes(path, folder, lines)
        faults += wrong_form(path, lines)
        faults += not_for_the_host(path, lines)
        remarks += long_functions(path, lines)
    for file in sorted(project.glob("kernels/*.hpp")):
        lines = file.read_text().splitlines()
        faults += wrong_form(file.relative_to(project), lines)
        faults += not_for_the_host(file.relative_to(project), lines)
    for file in sorted(project.glob("kernels/*.cu*")):
        if file.suffix == ".cuh":
            faults += wrong_form(file.relative_to(project), file.read_text().splitlines())
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if re.search(r"#\s*include\s+[<\"](Eigen|xtensor|boost|sentencepiece)", line):
                faults.append(f"{file.relative_to(project)}:{number}: kernels see no library")
    print("\n".join([f"remark: {remark}" for remark in remarks] + faults))
    print(f"{headers} headers, {len(faults)} faults, {len(remarks)} remarks")
    return 1 if faults or headers == 0 else 0


sys.exit(main())
