#!/usr/bin/env python3
"""usage: ptxas.py FOLDER TABLE [--write | --add] - compares registers, shared memory and spills of each kernel with a table.

FOLDER has the compiler's own words (kernels/compile.sh), TABLE what is allowed: a line a kernel and architecture. Exit status 1
where a kernel spills more than its line allows, uses other static shared memory, or has no line; and where a line has no kernel.
Registers depend on the compiler's version: another number of them is a remark.
--write writes the table anew; what is allowed to spill stays as it was, and is to be raised by hand alone. --add writes only what
has changed in name: other lines keep the registers of the compiler that they were written with.
"""
import pathlib
import re
import subprocess
import sys

ENTRY = re.compile(r"Compiling entry function '(\w+)' for '(sm_\d+)'")
SPILLS = re.compile(r"(\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")
SHARED = re.compile(r"(\d+) bytes smem")
HEADER = "kernel\tarchitecture\tregisters\tshared\tspills_allowed"


def short(name):
    """neuroglot::cuda::rms_norm_by_block<float>: without the result and the arguments."""
    name = name.removeprefix("void ").replace("neuroglot::cuda::", "").replace("__nv_bfloat16", "bf16")
    depth = 0
    for at, letter in enumerate(name):
        depth += (letter in "<") - (letter in ">")
        if letter == "(" and depth == 0:
            return name[:at]
    return name


def found_in(folder):
    """{(kernel, architecture): (registers, shared bytes, spilled bytes)} of all *.ptxas files."""
    raw = []
    for file in sorted(folder.glob("*.ptxas")):
        kernel = spilled = None
        for line in file.read_text().splitlines():
            if entry := ENTRY.search(line):
                kernel, spilled = entry.groups(), 0
            elif spills := SPILLS.search(line):
                spilled = int(spills[1]) + int(spills[2])
            if used := USED.search(line):
                shared = SHARED.search(line)
                raw.append((kernel, (int(used[1]), int(shared[1]) if shared else 0, spilled)))
    names = subprocess.run(["c++filt"], input="\n".join(kernel[0] for kernel, _ in raw), text=True, capture_output=True, check=True)
    return {(short(name), kernel[1]): numbers for name, (kernel, numbers) in zip(names.stdout.splitlines(), raw)}


def table_of(path):
    """{(kernel, architecture): (registers, shared bytes, spills allowed)}"""
    rows = [line.split("\t") for line in path.read_text().splitlines()[1:]] if path.exists() else []
    return {(row[0], row[1]): tuple(int(number) for number in row[2:]) for row in rows}


def faults_of(found, table):
    for key, (registers, shared, spilled) in found.items():
        name = f"{key[0]} for {key[1]}"
        if key not in table:
            yield f"{name} is not in the table: look at it, then run ptxas.py --write"
            continue
        _, shared_before, allowed = table[key]
        if spilled > allowed:
            yield f"{name} spills {spilled} bytes, allowed are {allowed}"
        if shared != shared_before:
            yield f"{name} has {shared} bytes of shared memory, by the table {shared_before}"
    for key in table.keys() - found.keys():
        yield f"{key[0]} for {key[1]} is in the table, but was not compiled"


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--write"], ["--add"]):
        print(__doc__)
        return 2
    folder, path = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    found, table = found_in(folder), table_of(path)
    if sys.argv[3:]:
        allowed = {key: row[2] for key, row in table.items()}
        kept = table if sys.argv[3] == "--add" else {}
        rows = {key: kept.get(key, row) for key, row in sorted(found.items())}
        lines = [f"{key[0]}\t{key[1]}\t{row[0]}\t{row[1]}\t{allowed.get(key, 0)}" for key, row in rows.items()]
        path.write_text("\n".join([HEADER, *lines]) + "\n")
        return 0
    for key in sorted(found.keys() & table.keys()):
        if found[key][0] != table[key][0]:
            print(f"remark: {key[0]} for {key[1]} uses {found[key][0]} registers, by the table {table[key][0]}")
    faults = list(faults_of(found, table))
    print("\n".join(faults + [f"{len(found)} kernels, {len(faults)} faults"]))
    return 1 if faults or not found else 0


if __name__ == "__main__":
    sys.exit(main())
