#!/usr/bin/env python3
"""What measuring many sets of neurons in one run of ng-perplexity saves against a run a set, interleaved, and that no bit differs.

usage: perplexity_sets.py MODEL STATS CORPUS.jsonl [--sets 8] [--off fr] [--tokens 4096] [--block 512] [--batch N] [--rounds 3]
                          [--bin build/release/apps]
The sets are the first 1, 2, ... per cent by LAPE; one language's neurons are off. Each round times whole runs, loading included: the one
run, then the runs a set; first without, then with one random control a set. Prints seconds and the ratios one / separate with their
medians. The rows that must be measured are 1 + sets against 2 * sets (0.56 for 8), with the control 1 + 2 * sets against 3 * sets (0.71).
needs: Python 3.9's standard library
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


class Runs:
    def __init__(self, options, folder):
        self.options, self.folder = options, pathlib.Path(folder)
        self.rates = [f"0.{percent:02}" for percent in range(1, options.sets + 1)]

    def seconds(self, rates, seeds, name):
        """Of a run over these rates: all of it; its result is NAME.json in the folder."""
        o = self.options
        command = [f"{o.bin}/ng-perplexity", o.model, "--stats", o.stats, "--rates", ",".join(rates), "--off", o.off, "--corpus",
                   f"{o.off}={o.corpus}", "--block", o.block, "--tokens", o.tokens, "--seeds", seeds, "--threads", "2", "-q", "--out",
                   self.folder / f"{name}.json"]
        if o.batch:
            command += ["--batch", o.batch]
        begin = time.perf_counter()
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
        return time.perf_counter() - begin

    def compare(self, seeds):
        """Seconds of the one run and of the runs a set; exits where a block's loss differs."""
        together = self.seconds(self.rates, seeds, "all")
        apart = sum(self.seconds([rate], seeds, f"rate{rate}") for rate in self.rates)
        everything = json.loads((self.folder / "all.json").read_text())
        for at, rate in enumerate(self.rates):
            one = json.loads((self.folder / f"rate{rate}.json").read_text())["block_nll"]
            rows = len(one) - 1
            if one[1:] != everything["block_nll"][1 + at * rows:1 + (at + 1) * rows] or one[0] != everything["block_nll"][0]:
                sys.exit(f"perplexity_sets.py: at rate {rate} the losses of the one run and of a run of its own differ")
        return together, apart


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("stats")
    parser.add_argument("corpus")
    parser.add_argument("--sets", type=int, default=8)
    parser.add_argument("--off", default="fr")
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--block", type=int, default=512)
    parser.add_argument("--batch", type=int, default=0, help="sequences in a pass (default: ng-perplexity's)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bin", default="build/release/apps")
    options = parser.parse_args()
    ratios = {0: [], 1: []}
    with tempfile.TemporaryDirectory() as folder:
        runs = Runs(options, folder)
        for number in range(options.rounds):
            for seeds, all_ratios in ratios.items():
                together, apart = runs.compare(seeds)
                all_ratios.append(together / apart)
                control = "with the random control" if seeds else "without a random control"
                print(f"round {number + 1}, {control}: one run {together:.1f} s, {options.sets} runs {apart:.1f} s, "
                      f"ratio {together / apart:.2f}", flush=True)
    for seeds, all_ratios in ratios.items():
        print(f"median ratio {'with' if seeds else 'without'} random control {statistics.median(all_ratios):.2f}")
    print("every block's loss has the same bits")


main()
