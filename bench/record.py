#!/usr/bin/env python3
"""Recording speed, ng-record against transformers with counting hooks, interleaved: the same blocks, two threads each, fp32.

usage: record.py MODEL CORPUS.jsonl TOKENS.json [--rounds 5] [--tokens 4096] [--bin build/release/apps]
TOKENS.json is what tests/golden/corpus_tokens.py makes of the folder of CORPUS.jsonl. Prints a line a round and the median ratio; loading
is not counted on either side. needs: what bench/peers/record_transformers.py needs
"""
import argparse
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def ours(options, out):
    """Tokens a second as ng-record's progress tells them."""
    language = pathlib.Path(options.corpus).stem
    done = subprocess.run([f"{options.bin}/ng-record", options.model, "--corpus", f"{language}={options.corpus}", "--block", "512",
                           "--tokens", str(options.tokens), "--out", out, "--threads", "2"], capture_output=True, text=True, check=True)
    return float(re.findall(r"tokens, ([0-9.e+]+)/s, took", done.stderr)[-1])


def theirs(options):
    """Tokens a second of one round of the peer, after a round that is not counted."""
    language = pathlib.Path(options.corpus).stem
    done = subprocess.run([sys.executable, HERE / "peers/record_transformers.py", options.model, options.ids, "--language", language,
                           "--blocks", str(options.tokens // 512), "--rounds", "1"], capture_output=True, text=True, check=True)
    return float(re.search(r"median\D*([0-9.]+)", done.stdout).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("corpus")
    parser.add_argument("ids")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--bin", default="build/release/apps")
    options = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds):
            a, b = ours(options, f"{folder}/stats.safetensors"), theirs(options)
            ratios.append(a / b)
            print(f"round {number + 1}: ng-record {a:.0f} tokens/s, transformers {b:.0f} tokens/s, ratio {a / b:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}")


main()
