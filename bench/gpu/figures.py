#!/usr/bin/env python3
"""What bench/gpu.sh has measured, as one JSON: the device, the steps, every measurement, and the figures with their goals.

usage: figures.py MEASUREMENTS.jsonl STEPS.jsonl --device NAME --driver VERSION --cuda VERSION --commit HASH --date YYYY-MM-DD > RESULTS.json

A figure of which a measurement is missing is null, and its goal is not met. needs: Python 3.9's standard library
"""
import argparse
import json
import sys

# name, what it says, unit, "least" or "most", the goal (None: no goal), from measurements m
FIGURES = [
    ("product", "bf16 product of 8192 x 8192 matrices, the faster of ours and torch's", "TFLOP/s", "least", None,
     lambda m: max(m["ours.product"], m["theirs.product"]) if "theirs.product" in m else m["ours.product"]),
    ("record_rate", "recording", "tokens/s", "least", None, lambda m: m["ours.record"]),
    ("record_share", "recording, its linear layers and attention as a share of that product's rate", "", "least", 0.55,
     lambda m: m["ours.record_flop"] / max(m["ours.product"], m.get("theirs.product", 0))),
    ("record_ratio", "recording against transformers with SDPA and hooks", "x", "least", 1.3,
     lambda m: m["ours.record"] / m["theirs.record"]),
    ("hook_cost", "what counting adds to a pass", "", "most", 0.02, lambda m: m["ours.hook_cost"]),
    ("perplexity_ratio", "the loss of all positions against transformers", "x", "least", 1.5,
     lambda m: m["ours.perplexity"] / m["theirs.perplexity"]),
    ("decode_share", "decoding one sequence, bytes of weights as a share of a device copy's bandwidth", "", "least", 0.85,
     lambda m: m["ours.decode_bytes"] / max(m["ours.bandwidth"], m.get("theirs.bandwidth", 0))),
    ("attention_ratio", "causal attention against torch's SDPA (flash)", "x", "least", 0.70,
     lambda m: m["ours.attention"] / m["theirs.attention"]),
    ("bits", "statistics have the same bits for any batch (1: yes)", "", "least", 1, lambda m: m["ours.bits"]),
]


def lines(path):
    """The JSON objects of a file, one a line."""
    with open(path, encoding="utf8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except ValueError as failure:
                sys.exit(f"figures.py: {path}:{number}: is not JSON: {failure}")


def figures_of(measured):
    for name, says, unit, kind, goal, value_of in FIGURES:
        try:
            value = value_of(measured)
        except (KeyError, ZeroDivisionError):
            value = None
        met = None if goal is None else value is not None and (value >= goal if kind == "least" else value <= goal)
        yield {"name": name, "says": says, "unit": unit, "value": value, "goal": goal, "kind": kind, "met": met}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measurements")
    parser.add_argument("steps")
    for what in ("device", "driver", "cuda", "commit", "date"):
        parser.add_argument(f"--{what}", required=True)
    options = parser.parse_args()
    measured = {}
    for line in lines(options.measurements):
        measured[line["name"]] = line
    results = {what: getattr(options, what) for what in ("device", "driver", "cuda", "commit", "date")}
    results["figures"] = list(figures_of({name: line["value"] for name, line in measured.items()}))
    results["measurements"] = list(measured.values())
    results["steps"] = list(lines(options.steps))
    json.dump(results, sys.stdout, indent=1)
    print()


main()
