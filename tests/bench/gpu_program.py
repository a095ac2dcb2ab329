#!/usr/bin/env python3
"""bench_gpu on a tiny model, in the emulation: it measures all that the figures need of ours. The numbers mean nothing.

usage: gpu_program.py PROJECT BENCH_GPU
needs: Python 3.9's standard library
"""
import json
import pathlib
import subprocess
import sys
import tempfile

PROJECT, PROGRAM = pathlib.Path(sys.argv[1]), sys.argv[2]
TINY = ["--model", "tiny", "--length", "12", "--sequences", "2", "--rounds", "1"]
THEIRS = [f"theirs.{name}" for name in ("product", "bandwidth", "attention", "record", "perplexity", "decode")]


def main():
    done = subprocess.run([PROGRAM, *TINY], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench_gpu ended with {done.returncode}: {done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    values = {line["name"]: line["value"] for line in lines}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "m").write_text(done.stdout + "".join(json.dumps({"name": name, "value": 1, "unit": ""}) + "\n" for name in THEIRS))
        (folder / "s").write_text("")
        made = subprocess.run([sys.executable, PROJECT / "bench/gpu/figures.py", folder / "m", folder / "s", "--device", "none", "--driver", "none",
                               "--cuda", "emulated", "--commit", "none", "--date", "2000-01-01"], capture_output=True, text=True, check=True)
    missing = [figure["name"] for figure in json.loads(made.stdout)["figures"] if figure["value"] is None]
    if missing:
        sys.exit(f"no measurement for the figures {', '.join(missing)}; measured are {', '.join(values)}")
    if values["ours.bits"] != 1:
        sys.exit("statistics depend on the batch")
    for arguments, word in [(["--model", "huge"], "is llama-2-7b or tiny"), (["nonsense"], "is no measurement"), (["--length", "1"], "at least 2"),
                            (["--model", "tiny", "--length", "65"], "64 positions")]:
        bad = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True)
        if bad.returncode != 2 or word not in bad.stderr:
            sys.exit(f"{arguments}: status {bad.returncode}, said {bad.stderr!r}")
    print(f"measured {len(values)} numbers")


main()
