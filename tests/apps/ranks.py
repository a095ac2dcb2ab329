#!/usr/bin/env python3
"""ng-record and ng-perplexity as several processes: the bits of one, whatever their number; interrupted runs, samples, and what goes wrong in one of them.

usage: ranks.py BIN_FOLDER
needs: Python 3.9's standard library; mpirun, and programs built with MPI: without them it says so and tests nothing
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from programs import BIN, check, failed, make_corpora, make_model, passed, run


def mpirun(processes, *arguments, program="ng-record", **more):
    """A program, so many of it. Open MPI needs to be told that root may, and that there may be more processes than processors."""
    command = ["mpirun", "--oversubscribe", "--allow-run-as-root", "--bind-to", "none", "-n", processes, BIN / program, *arguments]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=300, **more)
    return done.returncode, done.stdout, done.stderr


def bits_do_not_depend_on_processes(record, out):
    one = run("ng-record", *record, "--out", out / "one.safetensors", "--samples", out / "one.samples", "--sample", 16, "-q")
    check("one process records", one[0] == 0, one)
    for processes, more in [(1, []), (2, []), (3, []), (3, ["--batch", 5]), (2, ["--batch", 1]), (2, ["--batch", 2, "--stream", 256])]:
        for file in out.glob("several.*"):
            file.unlink()
        several = mpirun(processes, *record, *more, "--out", out / "several.safetensors", "--samples", out / "several.samples",
                         "--sample", 16, "-q")
        how = f"{processes} processes{' with ' + ' '.join(map(str, more)) if more else ''}"
        check(f"{how} write the statistics of one, to the bit", several[0] == 0 and
              (out / "several.safetensors").read_bytes() == (out / "one.safetensors").read_bytes(), several)
        check(f"{how} write the samples of one, to the bit",
              (out / "several.samples").read_bytes() == (out / "one.samples").read_bytes())
    check("nothing is left over", not list(out.glob("*.partial")))


def interrupted_runs_go_on(record, out):
    """What one process leaves, three go on with: it is the same file. Here a copy of a whole run's beginning."""
    whole = out / "whole.safetensors"
    run("ng-record", *record, "--out", whole, "-q")
    arguments = [*record, "--out", out / "killed.safetensors", "-q", "--batch", "1", "--threads", "1"]
    partial = out / "killed.safetensors.partial"
    process = subprocess.Popen([str(word) for word in [BIN / "ng-record", *arguments]])
    while process.poll() is None and not partial.exists():
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not partial.exists():
        print("skipped: the run was too fast to be killed")
        return
    left = mpirun(3, *arguments, "--resume")
    check("three processes go on with what one has left, to the same bits",
          left[0] == 0 and (out / "killed.safetensors").read_bytes() == whole.read_bytes(), left)


def perplexity_does_not_depend_on_processes(record, out):
    run("ng-record", *record, "--out", out / "of.stats", "-q")
    run("ng-select", out / "of.stats", "--rate", 0.1, "--out", out / "neurons.json")
    arguments = [*record, "--neurons", out / "neurons.json", "--seeds", 2, "-q", "--out"]
    whole = out / "one.json"
    one = run("ng-perplexity", *arguments, whole)
    check("one process measures perplexity", one[0] == 0 and one[1].count("\n") > 8, one)
    file, partial = out / "several.json", out / "several.json.partial"
    for processes, more in [(2, []), (3, []), (3, ["--batch", 1]), (2, ["--batch", 7, "--stream", 512])]:
        several = mpirun(processes, *arguments, file, *more, program="ng-perplexity")
        how = f"{processes} processes{' with ' + ' '.join(map(str, more)) if more else ''}"
        check(f"{how} write the perplexities of one, to the byte, and the table once",
              several[0] == 0 and file.read_bytes() == whole.read_bytes() and several[1] == one[1], several)
        file.unlink(missing_ok=True)
    left = json.loads(whole.read_text())
    left["block_nll"][1][1] = left["block_nll"][2][0] = []
    partial.write_text(json.dumps(left))
    resumed = mpirun(2, *arguments, file, "--resume", program="ng-perplexity")
    check("two processes go on with an interrupted matrix, to the same bytes",
          resumed[0] == 0 and file.read_bytes() == whole.read_bytes() and not partial.exists(), resumed)


def what_goes_wrong_ends_all(record, out):
    begin = time.time()
    code, _, errors = mpirun(2, *record, "--out", out / "folder" / "absent" / "x.safetensors", "--sample", 7, "--samples", out / "x.samples")
    check("an error of one process ends all of them", code != 0 and "ng-record: " in errors and time.time() - begin < 60, errors)
    code, _, errors = mpirun(2, *record[:1], "--block", 32, "--corpus", f"en={out}/absent.txt", "--out", out / "x.safetensors")
    check("a corpus that is not there is told", code == 1 and "no such file" in errors, errors)
    code, _, errors = mpirun(2, *record, "--out", out / "quiet.safetensors")
    check("progress is told once", code == 0 and errors.count("written") == 1 and errors.count("recording en") >= 1, errors)


def main():
    if shutil.which("mpirun") is None:
        print("skipped: mpirun is not there (setup/debian.sh mpi)")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        out = folder / "run"
        out.mkdir()
        make_model(folder / "model")
        make_corpora(folder / "texts")
        record = [folder / "model", "--corpus", f"en={folder}/texts/en.txt", f"fr={folder}/texts/fr.txt", "--block", 32]
        if "built without MPI" in mpirun(2, *record, "--out", out / "x.safetensors")[2]:
            print("skipped: the programs were built without MPI (setup/debian.sh mpi, NEUROGLOT_MPI)")
            return
        bits_do_not_depend_on_processes(record, out)
        interrupted_runs_go_on(record, out)
        perplexity_does_not_depend_on_processes(record, out)
        what_goes_wrong_ends_all(record, out)
    print(f"{len(passed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
