#!/usr/bin/env python3
"""Samples of a recording and the sparse probe as a user runs them, on the small random model of programs.py.

usage: probe.py BIN_FOLDER
needs: Python 3.9's standard library
"""
import json
import pathlib
import signal
import subprocess
import tempfile
import time

import programs
from programs import BIN, check, refused, run


def samples_do_not_depend_on_how(record, out):
    code, _, errors = record("a", "--batch", 1, "--threads", 1)
    check("ng-record writes samples beside statistics", code == 0 and (out / "a.samples").exists(), errors)
    for batch, threads in [(3, 2), (16, 1)]:
        record("b", "--batch", batch, "--threads", threads)
        check(f"samples have the same bits with {batch} blocks a pass and {threads} threads",
              (out / "a.samples").read_bytes() == (out / "b.samples").read_bytes())
    alone = run("ng-record", *record.arguments, "--out", out / "c.stats")
    size = 2 * 2 * 24 * 8 * 3
    check("statistics are the same without samples", alone[0] == 0 and
          (out / "c.stats").read_bytes()[-size:] == (out / "a.stats").read_bytes()[-size:], alone)


def killed_runs_are_resumed(record, out):
    for attempt in range(20):
        partial = out / "killed.stats.partial"
        process = subprocess.Popen([BIN / "ng-record", *map(str, record.arguments), "--out", out / "killed.stats", "--samples",
                                    out / "killed.samples", "--sample", "16", "--batch", "1"])
        while process.poll() is None and not partial.exists():
            time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if not (out / "killed.stats").exists():
            break
        (out / "killed.stats").unlink()
    else:
        print("skipped: the run was too fast to be killed")
        return
    check("an unfinished file of samples does not have the name of a whole one", not (out / "killed.samples").exists())
    left = record("killed", "--resume")
    check("a killed recording of samples goes on to the same bits",
          left[0] == 0 and (out / "killed.samples").read_bytes() == (out / "a.samples").read_bytes(), left)
    check("the leavings of samples are removed", not (out / "killed.samples.partial").exists())
    partial.write_bytes((out / "a.stats").read_bytes())
    refused("statistics are not gone on with where their samples are lost", 1, "samples.partial: .*without --resume", "ng-record",
            *record.arguments, "--out", out / "killed.stats", "--samples", out / "killed.samples", "--sample", 16, "--resume")
    partial.unlink()


def a_probe_selects(out):
    select = ("ng-select", out / "a.stats", "--rate", 0.25, "--method", "probe", "--out", out / "probe.json")
    code, table, errors = run("ng-select", out / "a.stats", "--rate", 0.25, "--bar-quantile", 0.6, "--out", out / "lape.json")
    code, table, errors = run(*select, "--samples", out / "a.samples", "--compare", out / "lape.json")
    check("a probe selects and says how well it tells languages apart",
          code == 0 and "accuracy on held-out samples" in errors and table.startswith("language\tneurons\tother\tboth\tjaccard"), errors)
    file = json.loads((out / "probe.json").read_text()) if code == 0 else {}
    check("the file says which samples it was fitted to", file.get("method") == "probe" and
          file["options"]["feature"] == "mean" and file["provenance"]["samples"]["file"] == str(out / "a.samples"), file)
    again = run(*select[:-1], out / "again.json", "--samples", out / "a.samples")
    check("a probe gives the same neurons each time",
          again[0] == 0 and json.loads((out / "again.json").read_text())["languages"] == file["languages"])
    run(*select[:-1], out / "only.json", "--samples", out / "a.samples", "--without", out / "lape.json")
    only, lape = (json.loads((out / name).read_text())["languages"] for name in ("only.json", "lape.json"))
    all_of = lambda sets: {(layer, n) for of in sets.values() for layer, neurons in of.items() for n in neurons}
    check("--without leaves what the other file has for no language", all_of(only) == all_of(file["languages"]) - all_of(lape))
    refused("a probe without samples is refused", 2, "--samples", *select)
    refused("an unknown feature is refused", 2, "mean or active", *select, "--samples", out / "a.samples", "--feature", "x")
    refused("statistics are no samples", 1, "holds no tensor", *select, "--samples", out / "a.stats")


def all_languages_at_several_rates(model, texts, out):
    folder = out / "rates"
    folder.mkdir()
    done = run("ng-perplexity", model, "--stats", out / "a.stats", "--bar-quantile", 0.6, "--rates", "0.05,0.1,0.2,0.4", "--seeds", 0,
               "--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 32, "--tokens", 128, "-q",
               "--out", folder / "perplexity_rates.json")
    shown = run("ng-report", folder)
    table = folder / "tables/perplexity_rate_curves.tsv"
    check("ng-report draws every language's effect over the rates", done[0] == 0 and shown[0] == 0 and table.exists() and
          len(table.read_text().splitlines()) == 1 + 2 * 4 and (folder / "figures/perplexity_rate_curves.png").exists(),
          done[2] + shown[2])


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder)
        model, texts = out / "model", out / "texts"
        programs.make_model(model)
        programs.make_corpora(texts)
        arguments = [model, "--corpus", f"en={texts}/en.txt", f"fr={texts}/fr.txt", "--block", 32, "--tokens", 1920, "-q"]

        def record(name, *more):
            return run("ng-record", *arguments, "--out", out / f"{name}.stats", "--samples", out / f"{name}.samples", "--sample", 16,
                       *more)
        record.arguments = arguments
        samples_do_not_depend_on_how(record, out)
        killed_runs_are_resumed(record, out)
        a_probe_selects(out)
        all_languages_at_several_rates(model, texts, out)
        refused("samples that do not divide blocks are refused", 2, "do not divide", "ng-record", *arguments, "--out", out / "x.stats",
                "--samples", out / "x.samples", "--sample", 5)
    print(f"{len(programs.passed)} passed, {len(programs.failed)} failed")
    raise SystemExit(bool(programs.failed))


if __name__ == "__main__":
    main()
