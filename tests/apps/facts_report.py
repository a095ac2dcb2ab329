#!/usr/bin/env python3
"""apps/facts.sh as a user runs it, on three languages and a few facts: every figure of the paper on facts, steps that are not done
twice, steps that are done again because their inputs changed, a step that fails; and ng-report on the files of facts.

usage: facts_report.py BIN_FOLDER
needs: Python 3.9's standard library; gnuplot
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import programs  # noqa: E402
from programs import BIN, check, failed, passed  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LANGUAGES = ["en", "fr", "ja"]


def facts(out, *arguments, bin_folder=BIN):
    done = subprocess.run(["bash", ROOT / "apps/facts.sh", "--out", out, "--bin", bin_folder, *arguments], capture_output=True, text=True,
                          cwd=out.parent)
    return done.returncode, done.stdout, done.stderr


def quick(out, *arguments, **how):
    return facts(out, "--languages", ",".join(LANGUAGES), "--quick", *arguments, **how)


def rows_of(path):
    head, *lines = path.read_text().splitlines()
    return [dict(zip(head.split("\t"), line.split("\t"))) for line in lines]


def the_whole_job(out):
    code, _, errors = quick(out)
    check("facts.sh goes through and says each step", code == 0 and errors.count("== ") >= 7 and "== report" in errors, errors)
    page = (out / "report.html").read_text() if code == 0 else ""
    for heading in ("Facts that are predicted", "What P@1 goes with", "Facts that languages share", "Neurons of facts", "Roots of facts"):
        check(f"the report has the section {heading!r}", f"<h2>{heading}</h2>" in page)
    figures = ["probe_distribution", "probe_languages", "rank_consistency", "factors", "sharing", "sharing_by_similarity",
               "sharing_clusters", "sharing_dendrogram", "fact_neurons", "fact_activity", "facts_off"]
    lacking = [name for name in figures for ending in ("svg", "png") if not (out / f"figures/{name}.{ending}").exists()]
    check("every figure is there as SVG and PNG", not lacking, lacking)
    check("the page has as many figures as the folder", page.count("<figure>") == len(list((out / "figures").glob("*.svg"))), page.count("<figure>"))
    check("the page shows planned against found kinds", "planned (rows) and found" in page)
    check("nothing is loaded from elsewhere", not re.search(r'(src|href)="http', page))


def numbers_are_those_of_the_files(out):
    hits = [json.loads(line) for line in (out / "hits.jsonl").read_text().splitlines()[1:]]
    table = rows_of(out / "tables/probe.tsv")
    for language in LANGUAGES:
        own = [hit for hit in hits if hit["language"] == language]
        row = next(row for row in table if row["language"] == language and row["measure"] == "partial")
        check(f"P@1 by partial match of {language} is hits / facts", abs(float(row["p1"]) - sum(hit["partial"] for hit in own) / len(own)) < 1e-12, row)
    pooled = next(row for row in table if row["language"] == "pooled" and row["measure"] == "full")
    check("pooled is over all facts of all languages", abs(float(pooled["p1"]) - sum(hit["full"] for hit in hits) / len(hits)) < 1e-12, pooled)
    page = (out / "report.html").read_text()
    check("the page has the same number", f"{100 * float(pooled['p1']):.2f}" in page)
    patterns = sum(int(row["facts_found_by_partial_alone"]) for row in rows_of(out / "tables/partial_patterns.tsv"))
    check("patterns count what partial match alone finds", patterns == sum(hit["partial"] and not hit["full"] for hit in hits), patterns)
    sizes = {row["language"]: row for row in rows_of(out / "sizes.tsv")}
    check("there are sizes of all 18 languages' texts", len(sizes) == 18 and all(int(of["text_bytes"]) > int(of["text_bytes_bz2"]) > 0 for of in sizes.values()))
    texts = [json.loads(line) for line in (out / "corpora/fr.jsonl").read_text().splitlines()]
    check("a size is that of the text", (int(sizes["fr"]["documents"]), int(sizes["fr"]["text_bytes"])) ==
          (len(texts), sum(len(text["text"].encode()) + 1 for text in texts)), sizes["fr"])
    points = rows_of(out / "tables/factors.tsv")
    check("a point of a scatter plot is a size and a P@1", any(row["size"] == "text_bytes" and row["language"] == "fr" and
                                                                float(row["size_value"]) == float(sizes["fr"]["text_bytes"]) for row in points))
    both, either = 0, 0
    full = {name: {hit["uuid"]: hit["full"] for hit in hits if hit["language"] == name} for name in ("en", "ja")}
    for uuid in full["en"].keys() & full["ja"].keys():
        both += full["en"][uuid] and full["ja"][uuid]
        either += full["en"][uuid] or full["ja"][uuid]
    pair = next(row for row in rows_of(out / "tables/sharing.tsv") if {row["first"], row["second"]} == {"en", "ja"})
    check("a cell of the heat map is Jaccard's similarity", abs(float(pair["similarity"]) - both / either) < 1e-12, pair)


def kinds_are_those_of_the_file(out):
    confusion = json.loads((out / "fact_neurons.json").read_text())["confusion"]
    table = {(row["planned"], row["found"]): int(row["facts"]) for row in rows_of(out / "tables/fact_kinds.tsv")}
    check("planned against found kinds are those of fact_neurons.json", confusion and all(
        table[row["planned"], kind] == row[kind] for row in confusion for kind in ("independent", "shared", "transferred")), table)
    check("so are those that were not compared", all(table[row["planned"], "not compared"] == row["not_compared"] for row in confusion))


def a_killed_run_goes_on(folder, out):
    other = folder / "killed"
    other.mkdir()
    command = ["bash", ROOT / "apps/facts.sh", "--out", other, "--bin", BIN, "--languages", ",".join(LANGUAGES), "--quick"]
    partial = other / "hits.jsonl.partial"
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    while running.poll() is None and not (partial.exists() and partial.read_text().count("\n") >= 3):
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    check("a run that is killed leaves what it has", partial.exists() and not (other / "hits.jsonl").exists())
    code, _, errors = quick(other)
    check("and goes on to the same hits", code == 0 and (other / "hits.jsonl").read_bytes() == (out / "hits.jsonl").read_bytes(), errors)


def steps_are_not_done_twice(out):
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.json*")}
    code, _, errors = quick(out)
    same = all(path.stat().st_mtime_ns == time for path, time in before.items())
    check("a second run keeps what is there", code == 0 and same and errors.count("is there: ") >= 5, errors)
    lines = (out / "hits.jsonl").read_text().splitlines(keepends=True)
    (out / "hits.jsonl").write_text("".join(lines[:-1]))
    code, _, errors = quick(out)
    done_again = [name for name in ("factors", "sharing", "fact_neurons") if f"is there: {out}/{name}.json" not in errors]
    check("steps whose input changed are done again", code == 0 and done_again == ["factors", "sharing", "fact_neurons"] and
          f"is there: {out}/hits.jsonl" in errors, errors)
    code, _, errors = facts(out, "--languages", "en,fr,de", "--quick")
    check("so are those whose options changed", code == 0 and f"is there: {out}/hits.jsonl" not in errors and
          '"de"' in (out / "sharing.json").read_text(), errors)


def failures_are_named(folder, out):
    broken = folder / "bin"
    broken.mkdir()
    for program in BIN.iterdir():
        if program.name.startswith("ng-"):
            os.symlink(program, broken / program.name)
    (broken / "ng-sharing").unlink()
    (broken / "ng-sharing").write_text("#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho 'ng-sharing: no luck today' >&2\nexit 1\n")
    (broken / "ng-sharing").chmod(0o755)
    (out / "sharing.json").unlink()
    code, _, errors = quick(out, bin_folder=broken)
    check("a step that fails stops it, named", code == 1 and "no luck today" in errors and 'the step "facts that languages share' in errors and
          "== report" not in errors, errors)
    check("no half result is left", not (out / "sharing.json").exists())
    code, _, errors = quick(out)
    check("the same command then goes on from there", code == 0 and (out / "sharing.json").exists() and f"is there: {out}/factors.json" in errors, errors)
    for arguments, message in ((["--languages", "en,fr,xx"], '"xx"'), (["--languages", "en,fr"], "three or more"), (["--speed"], "--speed")):
        code, _, errors = facts(out, *arguments)
        check(f"{' '.join(arguments)} is refused", code == 2 and message in errors, errors)


def broken_files_are_refused(folder, out):
    run = folder / "broken"
    for name, change, pattern in (("probe.json", lambda file: file["languages"][0].pop("full"), r'probe\.json: languages\[0\].*"full" is missing'),
                                  ("factors.json", lambda file: file.pop("sizes"), r'factors\.json.*"sizes" is missing'),
                                  ("sharing.json", lambda file: file["pairs"][0].update(second="xx"), r'sharing\.json: pairs\[0\]: second: is "xx"')):
        run.mkdir()
        file = json.loads((out / name).read_text())
        change(file)
        (run / name).write_text(json.dumps(file))
        code, _, errors = programs.run("ng-report", run)
        check(f"a broken {name} is refused with its field", code == 1 and re.search(pattern, errors), errors)
        check("and no report is written", not (run / "report.html").exists())
        shutil.rmtree(run)


def main():
    if not shutil.which("gnuplot"):
        sys.exit("facts_report.py: gnuplot is not installed")
    with tempfile.TemporaryDirectory(prefix="facts_report_") as name:
        folder = pathlib.Path(name)
        out = folder / "run"
        out.mkdir()
        the_whole_job(out)
        numbers_are_those_of_the_files(out)
        kinds_are_those_of_the_file(out)
        a_killed_run_goes_on(folder, out)
        broken_files_are_refused(folder, out)
        failures_are_named(folder, out)
        steps_are_not_done_twice(out)
    print(f"{len(passed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
