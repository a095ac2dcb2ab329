#!/usr/bin/env python3
"""bench/gpu.sh and its page, without a GPU: made-up measurements become figures and a table; a step that fails or hangs is recorded and
the next one goes on; a machine without a device is refused in one sentence; docs/benchmarks.md says what there is.

usage: gpu.py PROJECT
needs: Python 3.9's standard library; shellcheck, where it is there
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(sys.argv[1]).resolve()
GPU = PROJECT / "bench/gpu"
failed = []

MADE_UP = {"ours.product": 600, "theirs.product": 640, "ours.bandwidth": 2500, "theirs.bandwidth": 2600, "ours.attention": 300,
           "theirs.attention": 400, "ours.record": 26000, "theirs.record": 16000, "ours.record_flop": 360, "ours.hook_cost": 0.03,
           "ours.bits": 1, "ours.perplexity": 20000, "ours.decode": 150}


def check(claim, holds, detail=""):
    print(("ok      " if holds else "FAILED  ") + claim + ("" if holds else f": {detail}"))
    if not holds:
        failed.append(claim)


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    return done.returncode, done.stdout, done.stderr


def measured(folder):
    """The results of the made-up measurements."""
    (folder / "m.jsonl").write_text("".join(json.dumps({"name": name, "value": value, "unit": ""}) + "\n" for name, value in MADE_UP.items()))
    (folder / "s.jsonl").write_text('{"name": "tests", "status": "ok", "seconds": 5}\n{"name": "ours_decode", "status": "exit status 1", "seconds": 1}\n')
    code, out, errors = run(sys.executable, GPU / "figures.py", folder / "m.jsonl", folder / "s.jsonl", "--device", "A made-up device", "--driver", "1.2",
                            "--cuda", "13.0", "--commit", "abc", "--date", "2000-01-01")
    check("measurements become results", code == 0, errors)
    return json.loads(out)


def goals_are_compared(results):
    figures = {figure["name"]: figure for figure in results["figures"]}
    for name, value, met in [("record_share", 360 / 640, True), ("record_ratio", 26 / 16, True), ("attention_ratio", 0.75, True),
                             ("hook_cost", 0.03, False), ("perplexity_ratio", None, False), ("decode_share", None, False),
                             ("bits", 1, True), ("product", 640, None)]:
        check(f"the figure {name} is {value}, its goal {'met' if met else 'not met' if met is False else 'none'}",
              (figures[name]["value"], figures[name]["met"]) == (value, met), figures[name])


def the_page_says_what_there_is(folder, results):
    page, file = folder / "page.md", folder / "results.json"
    page.write_text("# A page\n\n<!-- gpu: made by bench/gpu/page.py -->\nold\n<!-- gpu: end -->\nafter\n")
    make = lambda *more: run(sys.executable, GPU / "page.py", page, file, *more)
    check("an old page is found out", make("--check")[0] == 1)
    make()
    text = page.read_text()
    check("without results the part says so and nothing else", text.split("-->\n")[1].split("<!--")[0] == "Not measured.\n" and
          text.startswith("# A page\n") and text.endswith("after\n"), text)
    file.write_text(json.dumps(results))
    check("new results make the page old", make("--check")[0] == 1)
    make()
    text = page.read_text()
    check("a row has figure, goal and verdict", "| recording against transformers with SDPA and hooks | 1.62 x | at least 1.3 x | yes |" in text, text)
    check("what was not measured is not met", "| the loss of all positions against transformers | not measured | at least 1.5 x | no |" in text, text)
    check("failed steps are named", "Steps that did not end well: ours_decode (exit status 1)." in text, text)
    check("the page is now up to date", make("--check")[0] == 0)
    page.write_text("# No marks\n")
    check("a page without the marks is refused", "has not the two lines" in make()[2])


def program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def steps_go_on(folder):
    """bench/gpu.sh with programs that fail, hang and measure, and a device that is only said to be there."""
    programs, path = folder / "programs", folder / "path"
    programs.mkdir()
    path.mkdir()
    program(programs / "test_kernels_device", "#!/bin/sh\nexit 3\n")
    program(programs / "bench_gpu", '#!/bin/sh\nfor name; do :; done\ncase $name in\n --cuda-version) echo 13.0 ;;\n attention) sleep 60 ;;\n'
            ' record) echo "{\\"name\\": \\"ours.record\\", \\"value\\": 5, \\"unit\\": \\"\\"}"; exit 1 ;;\n'
            ' *) echo "{\\"name\\": \\"ours.$name\\", \\"value\\": 2, \\"unit\\": \\"\\"}" ;;\nesac\n')
    run_it = lambda env, *steps: run(PROJECT / "bench/gpu.sh", "--programs", programs, "--out", folder / "out", *steps,
                                     env={**os.environ, "NEUROGLOT_GPU_LIMIT": "2", **env})
    if shutil.which("nvidia-smi") is None:
        code, _, errors = run_it({}, "tests")
        check("a machine without a device is refused in one sentence", code == 1 and errors.count("\n") == 1 and
              "there is no CUDA device here" in errors, errors)
    program(path / "nvidia-smi", '#!/bin/sh\ncase $* in *name*) echo "A made-up device" ;; *) echo 1.2 ;; esac\n')
    code, _, errors = run_it({"PATH": f"{path}:{os.environ['PATH']}"}, "tests", "ours")
    results = json.loads((folder / "out/results.json").read_text())
    status = {step["name"]: step["status"] for step in results["steps"]}
    check("a step that fails is recorded", status["tests"] == "exit status 3" and code != 0, status)
    check("a step that hangs is stopped and recorded", status["ours_attention"] == "time limit of 2 s", status)
    check("the steps after it are made", status["ours_decode"] == "ok", status)
    values = {line["name"]: line["value"] for line in results["measurements"]}
    check("what was measured before a failure is kept", values.get("ours.record") == 5 and values.get("ours.decode") == 2, values)
    check("the device is named", (results["device"], results["driver"], results["cuda"]) == ("A made-up device", "1.2", "13.0"))
    check("an unknown step is refused with the usage", run_it({}, "nonsense")[0] == 2)


def main():
    if shutil.which("shellcheck"):
        code, out, _ = run("shellcheck", PROJECT / "bench/gpu.sh")
        check("shellcheck finds nothing in bench/gpu.sh", code == 0, out)
    else:
        print("skipped: shellcheck is not there")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        results = measured(folder)
        goals_are_compared(results)
        the_page_says_what_there_is(folder, results)
        steps_go_on(folder)
    code, _, errors = run(sys.executable, GPU / "page.py", PROJECT / "docs/benchmarks.md", GPU / "results.json", "--check")
    check("docs/benchmarks.md says what bench/gpu/results.json says", code == 0, errors)
    sys.exit(1 if failed else 0)


main()
