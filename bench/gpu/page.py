#!/usr/bin/env python3
"""The GPU part of docs/benchmarks.md, from what bench/gpu.sh has measured; "not measured" where it has measured nothing.

usage: page.py PAGE.md RESULTS.json          writes the part anew, between the two marks in the page
       page.py PAGE.md RESULTS.json --check  exit status 1 where it is another than it should be
needs: Python 3.9's standard library
"""
import json
import pathlib
import sys

BEGIN, END = "<!-- gpu: made by bench/gpu/page.py -->", "<!-- gpu: end -->"


def number(value, unit):
    """0.553 -> 0.553, 1.312 x -> 1.31 x, 20480.3 tokens/s -> 20480 tokens/s"""
    if value is None:
        return "not measured"
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text} {unit}".strip()


def goal(figure):
    if figure["goal"] is None:
        return ""
    return ("at least " if figure["kind"] == "least" else "at most ") + number(figure["goal"], figure["unit"])


def verdict(figure):
    if figure["met"] is None:
        return ""
    return "yes" if figure["met"] else "no"


def part(results):
    if results is None:
        return "Not measured.\n"
    text = (f"{results['device']}, driver {results['driver']}, CUDA {results['cuda']}, {results['date']}, "
            f"commit {results['commit']}.\n\n| | measured | goal | met |\n|---|---|---|---|\n")
    for figure in results["figures"]:
        text += f"| {figure['says']} | {number(figure['value'], figure['unit'])} | {goal(figure)} | {verdict(figure)} |\n"
    failed = [step for step in results["steps"] if step["status"] != "ok"]
    if failed:
        text += "\nSteps that did not end well: " + ", ".join(f"{step['name']} ({step['status']})" for step in failed) + ".\n"
    return text


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--check"]):
        sys.exit(__doc__)
    page, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    text = page.read_text(encoding="utf8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        sys.exit(f"page.py: {page}: has not the two lines between which the part goes: {BEGIN} and {END}")
    before, after = text[:text.index(BEGIN)], text[text.index(END):]
    made = before + BEGIN + "\n" + part(json.loads(results.read_text(encoding="utf8")) if results.exists() else None) + after
    if sys.argv[3:] == ["--check"]:
        if made != text:
            sys.exit(f"page.py: {page}: its GPU part is not what {results} says; run bench/gpu/page.py {page} {results}")
        return
    page.write_text(made, encoding="utf8")


main()
