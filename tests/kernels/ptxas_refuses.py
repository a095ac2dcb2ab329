#!/usr/bin/env python3
"""ptxas.py against words of the compiler made up here: a spill that nobody allowed must be a fault, and so must be other changes."""
import pathlib
import subprocess
import sys
import tempfile

WORDS = """ptxas info    : Compiling entry function '_ZN9neuroglot4cuda5naiveIfEEvPT_' for 'sm_80'
ptxas info    : Function properties for _ZN9neuroglot4cuda5naiveIfEEvPT_
    8 bytes stack frame, {stores} bytes spill stores, {loads} bytes spill loads
ptxas info    : Used 31 registers, used 1 barriers, {shared} bytes smem, 416 bytes cmem[0]
"""
TABLE = "kernel\tarchitecture\tregisters\tshared\tspills_allowed\n"
LINE = "naive<float>\tsm_80\t{registers}\t{shared}\t{allowed}\n"
CASES = [  # name, compiler's words, table's lines, exit status, what must be said
    ("as in the table", dict(stores=0, loads=0, shared=32), [dict(registers=31, shared=32, allowed=0)], 0, "1 kernels, 0 faults"),
    ("a spill", dict(stores=4, loads=8, shared=32), [dict(registers=31, shared=32, allowed=0)], 1, "spills 12 bytes, allowed are 0"),
    ("an allowed spill", dict(stores=4, loads=8, shared=32), [dict(registers=31, shared=32, allowed=12)], 0, "0 faults"),
    ("shared memory", dict(stores=0, loads=0, shared=64), [dict(registers=31, shared=32, allowed=0)], 1, "64 bytes of shared memory"),
    ("registers", dict(stores=0, loads=0, shared=32), [dict(registers=30, shared=32, allowed=0)], 0, "remark: naive<float>"),
    ("a kernel without a line", dict(stores=0, loads=0, shared=32), [], 1, "is not in the table"),
]


def main():
    script = pathlib.Path(__file__).with_name("ptxas.py")
    failed = 0
    for name, words, lines, status, said in CASES:
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "a.ptxas").write_text(WORDS.format(**words))
            table = pathlib.Path(folder, "table.tsv")
            table.write_text(TABLE + "".join(LINE.format(**line) for line in lines))
            run = subprocess.run([sys.executable, script, folder, table], text=True, capture_output=True, check=False)
        if run.returncode != status or said not in run.stdout:
            failed += 1
            print(f"{name}: exit status {run.returncode}, not {status}; it said: {run.stdout}{run.stderr}")
    with tempfile.TemporaryDirectory() as folder:  # nothing compiled is no success
        run = subprocess.run([sys.executable, script, folder, pathlib.Path(folder, "t")], capture_output=True, check=False)
        failed += run.returncode != 1
    print(f"{len(CASES) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
