#!/usr/bin/env python3
"""Tokenizing speed on one thread, neuroglot against Hugging Face's tokenizers, interleaved: ids and offsets of the same pages.

usage: tokenize.py BENCH_TOKENIZE MODEL... [--rounds 5]
MODEL: folders with tokenizer.json. Texts: the pages of Debian's installation guide in 11 languages, each page a text, long and
with repeated words as real text has them. Prints MB/s for each language group and the median ratio. Needs tokenizers.
"""
import argparse
import html
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers

GUIDE = pathlib.Path("/usr/share/doc/installation-guide-amd64")
GROUPS = {"en": ["en"], "ja zh ko": ["ja", "zh_CN", "ko"], "others": ["fr", "es", "vi", "id", "de", "ru", "el"]}


def pages(languages):
    for language in languages:
        for path in sorted((GUIDE / language).glob("*.html")):
            yield html.unescape(re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8")))


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


def measure(program, model, group, rounds):
    texts = list(pages(GROUPS[group]))
    size = sum(len(text.encode()) for text in texts) / 1e6
    reference = tokenizers.Tokenizer.from_file(f"{model}/tokenizer.json")
    reference.no_truncation()
    reference.no_padding()
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(program, model, texts, folder)
        ours.seconds(), theirs(reference, texts)  # caches fill on both sides
        times = [(ours.seconds(), theirs(reference, texts)) for _ in range(rounds)]
        ours.close()
    ratio = statistics.median(b / a for a, b in times)
    a, b = (statistics.median(side) for side in zip(*times))
    print(f"{pathlib.Path(model).name}, {group}: {size:.1f} MB, neuroglot {size / a:.1f} MB/s, tokenizers {size / b:.1f} MB/s, "
          f"ratio {ratio:.2f}", flush=True)
    return ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for model in options.models:
        ratios = [measure(options.program, model, group, options.rounds) for group in GROUPS]
        print(f"{pathlib.Path(model).name}: median ratio {statistics.median(ratios):.2f}")


main()
