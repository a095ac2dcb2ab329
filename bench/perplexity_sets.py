#!/usr/bin/env python3
"""What measuring many sets of neurons in one run of ng-perplexity saves against a run a set, interleaved, and that no bit differs.

usage: perplexity_sets.py MODEL STATS CORPUS.jsonl [--sets 8] [--off fr] [--tokens 4096] [--block 512] [--batch N] [--rounds 3]
                          [--bin build/release/apps]
The sets are the first 1, 2, ... per cent by LAPE; one language's neurons are off. Each round times whole runs, loading included: the one
run, then the runs a set; first without, then with one random control a set. Prints seconds on the clock and of all processors (which
other programs disturb less) and the ratios one / separate with their medians. The rows that must be measured are 1 + sets against
2 * sets (0.56 for 8), with the control 1 + 2 * sets against 3 * sets (0.71); what is below that is loading.
needs: Python 3.9's standard library
"""
import argparse
import json
import pathlib
import resource
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
        """Of a run over these rates, loading included, on the clock and of all processors; its result is NAME.json in the folder."""
        o = self.options
        command = [f"{o.bin}/ng-perplexity", o.model, "--stats", o.stats, "--rates", ",".join(rates), "--off", o.off, "--corpus",
                   f"{o.off}={o.corpus}", "--block", o.block, "--tokens", o.tokens, "--seeds", seeds, "--threads", "2", "-q", "--out",
                   self.folder / f"{name}.json"]
        if o.batch:
            command += ["--batch", o.batch]
        begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def compare(self, seeds):
        """Seconds of the one run and of the runs a set; exits where a block's loss differs."""
        together = self.seconds(self.rates, seeds, "all")
        apart = [sum(kind) for kind in zip(*(self.seconds([rate], seeds, f"rate{rate}") for rate in self.rates))]
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
                all_ratios.append((together[0] / apart[0], together[1] / apart[1]))
                control = "with" if seeds else "without"
                print(f"round {number + 1}, {control} random control: one run {together[0]:.1f} s, {options.sets} runs "
                      f"{apart[0]:.1f} s, ratio {all_ratios[-1][0]:.2f}; of processors {together[1]:.1f} s, {apart[1]:.1f} s, ratio "
                      f"{all_ratios[-1][1]:.2f}", flush=True)
    for seeds, all_ratios in ratios.items():
        clock, processors = (statistics.median(ratio) for ratio in zip(*all_ratios))
        print(f"median ratio {'with' if seeds else 'without'} random control: {clock:.2f} on the clock, {processors:.2f} of processors")
    print("every block's loss has the same bits")


main()
