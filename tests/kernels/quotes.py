#!/usr/bin/env python3
"""usage: quotes.py PROJECT - each line of code that docs/kernels.md quotes must stand, in that order, in the file that the quotation names."""
import pathlib
import re
import sys


def fault_of(project, block):
    """What is wrong with a block of code, or None."""
    first, *lines = block.strip().splitlines()
    source = project / first.removeprefix("// ")
    if not source.is_file():
        return f"{first}: no such file"
    code = [line.strip() for line in source.read_text().splitlines()]
    at = 0
    for line in lines:
        if line.strip() not in code[at:]:
            return f"{source.name} has no line '{line.strip()}' after line {at}"
        at = code.index(line.strip(), at) + 1
    return None


def main():
    project = pathlib.Path(sys.argv[1])
    blocks = re.findall(r"```cpp\n(.*?)```", (project / "docs/kernels.md").read_text(), re.DOTALL)
    faults = [fault for fault in (fault_of(project, block) for block in blocks) if fault]
    print("\n".join(faults + [f"{len(blocks)} quotations, {len(faults)} faults"]))
    return 1 if faults or not blocks else 0


sys.exit(main())
