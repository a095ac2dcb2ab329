#!/usr/bin/env python3
"""Probing speed, ng-probe against transformers, interleaved: the same prompts with 1, 2, ... masks, free guessing, fp32.

usage: probe.py MODEL FACTS [--languages ...] [--relations ...] [--max-facts 8] [--rounds 5] [--threads 2] [--peer-batch N] [--bin ...]
       probe.py MODEL FACTS --whole OUT [--threads 2]      ng-probe alone on all facts
FACTS: a folder in mLAMA's format; MODEL: an encoder with a head (bench/peers/probe_model.py makes one of a published encoder's size).
A line a round: prompts a second as ng-probe's progress tells them and of the peer (bench/peers/probe_transformers.py), the same of processor
time, which says more where other programs run, and the ratios; at the end their medians. Loading is not counted: ng-probe's processor time of
a run on one fact is taken off. needs: torch, transformers, numpy
"""
import argparse
import json
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import record_transformers


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(options, out, *more):
    """(prompts, prompts a second, processor seconds) of a run of ng-probe."""
    before = processor_seconds()
    done = subprocess.run([f"{options.bin}/ng-probe", options.model, "--facts", options.facts, "--protocol", "match", "--threads",
                           str(options.threads), "--out", out / "hits.jsonl", *map(str, more)], capture_output=True, text=True, check=True)
    summary = json.loads((out / "probe.json").read_text(encoding="utf-8"))
    rate = float(re.findall(r"prompts, ([0-9.e+]+)/s, took", done.stderr)[-1])
    return sum(of["prompts"] for of in summary["languages"]), rate, processor_seconds() - before


def compare(options, folder):
    import probe_transformers
    languages = options.languages or sorted(path.parent.name for path in options.facts.glob("*/templates.jsonl"))
    chosen = ["--languages", *languages, "--max-facts", options.max_facts]
    if options.relations:
        chosen += ["--relations", *options.relations]
    peer = probe_transformers.Peer(options.model, options.threads)
    texts = peer.sentences(options.facts, languages, options.relations, options.max_facts)
    if options.peer_batch:
        peer.batch = options.peer_batch
        peer.guess(texts[:8])
    else:
        sizes = peer.choose_batch(texts[::1 + len(texts) // 300])
        print("transformers, prompts a processor second by batch size:", ", ".join(f"{n}: {r:.1f}" for n, r in sizes.items()), flush=True)
    loading = min(ours(options, folder, "--languages", languages[0], "--max-facts", 1, "--max-masks", 1)[2] for _ in range(2))
    wall, processor = [], []
    for number in range(options.rounds):
        prompts, rate, seconds = ours(options, folder, *chosen)
        if prompts != len(texts):
            sys.exit(f"probe.py: ng-probe read {prompts} prompts, the peer {len(texts)}")
        of_processor = prompts / (seconds - loading)
        their_rate, their_processor = peer.measure(texts)
        wall.append(rate / their_rate)
        processor.append(of_processor / their_processor)
        print(f"round {number + 1}, {prompts} prompts: ng-probe {rate:.1f}/s ({of_processor:.1f} a processor second), transformers "
              f"{their_rate:.1f}/s ({their_processor:.1f}), ratio {wall[-1]:.2f} ({processor[-1]:.2f})", flush=True)
    print(f"median ratio {statistics.median(wall):.2f}, of processor time {statistics.median(processor):.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("facts", type=pathlib.Path)
    parser.add_argument("--languages", nargs="+")
    parser.add_argument("--relations", nargs="+")
    parser.add_argument("--max-facts", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peer-batch", type=int, help="prompts; without it the fastest of some is looked for")
    parser.add_argument("--whole", type=pathlib.Path)
    parser.add_argument("--bin", default="build/release/apps")
    options = parser.parse_args()
    if options.whole:
        options.whole.mkdir(parents=True, exist_ok=True)
        prompts, rate, seconds = ours(options, options.whole, "--resume")
        print(f"{prompts} prompts, {rate:.1f}/s, {seconds:.0f} processor seconds with loading")
        return
    record_transformers.restart_tuned()
    with tempfile.TemporaryDirectory() as folder:
        compare(options, pathlib.Path(folder))


main()
