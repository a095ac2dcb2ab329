#!/usr/bin/env python3
"""Tokenizing speed on one thread, neuroglot against Hugging Face's tokenizers, interleaved: ids and offsets of the same pages.

usage: tokenization.py BENCH_TOKENIZE CORPORA MODEL... [--rounds 5]
CORPORA: what apps/demo/fetch_guide.py --languages en,zh,fr,es,vi,id,ja,de,ru,ko,el writes: pages of Debian's installation guide,
each a text, long and with repeated words as real text has them; every round encodes all of them. MODEL: folders with
tokenizer.json. Prints MB/s for each group of languages and the median ratio. Needs tokenizers.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers

GROUPS = {"en": ["en"], "ja zh ko": ["ja", "zh", "ko"], "others": ["fr", "es", "vi", "id", "de", "ru", "el"]}


def pages(corpora, languages):
    for part in ("record", "heldout"):
        for language in languages:
            with open(f"{corpora}/{part}/{language}.jsonl", encoding="utf-8") as lines:
                yield from (json.loads(line)["text"] for line in lines)


class Ours:
    """bench_tokenize, waiting for its turn."""

    def __init__(self, program, model, texts, folder):
        lines = pathlib.Path(folder) / "texts.jsonl"
        lines.write_text("".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts), encoding="utf-8")
        self.process = subprocess.Popen([program, model, lines], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline().split()[0])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def theirs(reference, texts):
    start = time.perf_counter()
    reference.encode_batch(texts, add_special_tokens=False)
    return time.perf_counter() - start


def measure(options, model, group):
    texts = list(pages(options.corpora, GROUPS[group]))
    size = sum(len(text.encode()) for text in texts) / 1e6
    reference = tokenizers.Tokenizer.from_file(f"{model}/tokenizer.json")
    reference.no_truncation()
    reference.no_padding()
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(options.program, model, texts, folder)
        cold = (ours.seconds(), theirs(reference, texts))  # caches fill on both sides
        times = [(ours.seconds(), theirs(reference, texts)) for _ in range(options.rounds)]
        ours.close()
    ratio = statistics.median(b / a for a, b in times)
    a, b = (statistics.median(side) for side in zip(*times))
    print(f"{pathlib.Path(model).name}, {group}: {size:.1f} MB, neuroglot {size / a:.1f} MB/s, tokenizers {size / b:.1f} MB/s, "
          f"ratio {ratio:.2f}, of the first pass {cold[1] / cold[0]:.2f}", flush=True)
    return ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("corpora")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for model in options.models:
        ratios = [measure(options, model, group) for group in GROUPS]
        print(f"{pathlib.Path(model).name}: median ratio {statistics.median(ratios):.2f}")


main()
