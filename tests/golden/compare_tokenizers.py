#!/usr/bin/env python3
"""Compares ng-tokenize with Hugging Face's tokenizers: ids, spans and decoded text must be equal.

    compare_tokenizers.py NG_TOKENIZE [--strings 10000] [--seed 1] [--stride 1] [--only NAME,...]

Tokenizers: the models $NEUROGLOT_MODELS/{smollm2,minilm,e5}, the vocabularies $NEUROGLOT_MODELS/vocabularies
(fetch_vocabularies.py) and $NEUROGLOT_SHARED/data/tokenizers/llama2.model, as far as they are there; and for every family a
small one trained here in the pipeline of its published file. Some are opened from tokenizer.json, some from the files that
transformers opens where there is none (vocab.txt, vocab.json and merges.txt, sentencepiece.bpe.model, ...).
Texts: the pages of Debian's installation guide (package installation-guide-amd64), random strings over mixed scripts, hostile
ones, and every character. Needs transformers, tokenizers, sentencepiece, protobuf. Exit status 1 when anything differs.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"  # folders alone: nothing is fetched

from tokenizer_cases import cases
from tokenizer_golden_texts import TEXTS
from tokenizer_texts import every_character, guide_texts, random_strings
from tokenizer_vocabularies import byte_letters


def run(program, folder, texts, *options):
    lines = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    done = subprocess.run([program, folder, "--json-lines", *options], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split("\n")[:-1]


def byte_spans(text, offsets):
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return " ".join(f"{starts[begin]}:{starts[end]}" for begin, end in offsets)


def unknown_bytes(reference):
    """The bytes without a piece of their own, where the tokenizer is byte-level."""
    if '"ByteLevel"' not in json.dumps(json.loads(reference.to_str())["pre_tokenizer"]):
        return set()
    return {byte for byte, letter in byte_letters().items() if reference.token_to_id(letter) is None}


def compare(name, program, folder, reference, texts):
    """Counts the texts whose ids, spans or decoded text differ; prints the first few.

    Where the vocabulary lacks a byte of the text, Hugging Face leaves the byte out and counts the later offsets of the
    word as if it had never been there; ours keep counting, so spans are not compared.
    """
    unknown = unknown_bytes(reference)
    ids, spans = run(program, folder, texts), run(program, folder, texts, "--spans")
    ids_lines = "".join(line + "\n" for line in ids)
    decoded = subprocess.run([program, folder, "--json-lines", "--decode"], input=ids_lines.encode(), stdout=subprocess.PIPE,
                             check=True).stdout.decode().split("\n")[:-1]
    bad = {"ids": 0, "spans": 0, "decoded": 0}
    tokens = 0
    for text, our_ids, our_spans, our_text in zip(texts, ids, spans, decoded, strict=True):
        theirs = reference.encode(text, add_special_tokens=False)
        tokens += len(theirs.ids)
        wanted = {"ids": " ".join(map(str, theirs.ids)), "spans": byte_spans(text, theirs.offsets),
                  "decoded": reference.decode(theirs.ids, skip_special_tokens=False)}
        got = {"ids": our_ids, "spans": our_spans, "decoded": json.loads(our_text)}
        for what in bad:
            if what == "spans" and unknown & set(text.encode()):
                continue
            if wanted[what] != got[what]:
                bad[what] += 1
                if bad[what] <= 3:
                    print(f"  {what} of {text[:200]!r}\n    wanted {wanted[what][:300]!r}\n    got    {got[what][:300]!r}")
    special = run(program, folder, texts[:3], "--special")
    bad["special"] = sum(got != " ".join(map(str, reference.encode(text).ids)) for text, got in zip(texts, special))
    print(f"{name}: {len(texts)} texts, {tokens} tokens; differing: {bad}", flush=True)
    return sum(bad.values())


def compare_decoding(name, program, folder, reference, source, count=1000):
    """Counts the sequences of random ids whose text differs."""
    sequences = [[source.randrange(reference.get_vocab_size()) for _ in range(source.randrange(1, 12))] for _ in range(count)]
    known = [ids for ids in sequences if all(reference.id_to_token(i) is not None for i in ids)]
    lines = "".join(" ".join(map(str, ids)) + "\n" for ids in known)
    done = subprocess.run([program, folder, "--json-lines", "--decode"], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    wanted = [reference.decode(ids, skip_special_tokens=False) for ids in known]
    bad = sum(text != json.loads(got) for text, got in zip(wanted, done.stdout.decode().split("\n")[:-1], strict=True))
    print(f"{name}: {len(known)} sequences of random ids; differing: {bad}", flush=True)
    return bad


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("--strings", type=int, default=10000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--stride", type=int, default=1, help="of every so many characters one")
    arguments.add_argument("--only", default="", help="cases whose names contain one of these, between commas")
    options = arguments.parse_args()
    corpora = {"guide": list(guide_texts()), "random": list(random_strings(options.strings, options.seed)), "hostile": TEXTS}
    bad = compared = 0
    with tempfile.TemporaryDirectory() as work:
        for name, make, stride in cases(work):
            if not any(part in name for part in options.only.split(",")):
                continue
            folder, reference = make()
            for corpus, texts in {**corpora, "every character": every_character(stride * options.stride)}.items():
                bad += compare(f"{name}: {corpus}", options.program, folder, reference, list(texts))
            bad += compare_decoding(name, options.program, folder, reference, random.Random(options.seed))
            compared += 1
            if os.path.dirname(folder) == work:
                shutil.rmtree(folder)
    print(f"{compared} tokenizers, {bad} texts differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
