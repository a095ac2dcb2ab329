#!/usr/bin/env python3
"""Similarity and dominance on a real model: ng-similarity against Hugging Face transformers, eager attention, fp32.

Embeds the first sentences of every language by transformers, one sentence a pass, measures them in numpy and compares
all numbers with those of ng-similarity on the same files. Passes where none is further off than 1e-4.

usage: real_similarity.py MODEL PARALLEL_FOLDER --ng build/release/apps/ng-similarity [--pooling mean] [--prefix 'query: ']
needs: torch, transformers, numpy
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers

import similarity

LANGUAGES = "en,zh,fr,es,vi,id,ja"
POOLINGS = {"mean": lambda rows: rows.mean(axis=0), "last": lambda rows: rows[-1], "cls": lambda rows: rows[0]}


def blocks_of(model):
    """The modules whose outputs are the residual stream after each block."""
    return model.encoder.layer if hasattr(model, "encoder") else model.layers


def streams(model, ids):
    """(depths, tokens, width): what the first block is handed, then what each block gives."""
    kept = []
    first = blocks_of(model)[0].register_forward_pre_hook(lambda _, given: kept.append(given[0][0]))
    after = [block.register_forward_hook(lambda _, __, made: kept.append((made[0] if isinstance(made, tuple) else made).reshape(len(ids), -1)))
             for block in blocks_of(model)]
    with torch.no_grad():
        model(torch.tensor([ids]))
    for hook in [first, *after]:
        hook.remove()
    return torch.stack(kept).numpy().astype(np.float64)


def embed(model, tokenizer, sentences, pooling):
    """(depths, sentences, width)"""
    return np.stack([np.stack([POOLINGS[pooling](rows) for rows in streams(model, tokenizer(s)["input_ids"])])
                     for s in sentences], axis=1)


def by_program(arguments, languages):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "similarity.json"
        files = [f"{language}={arguments.folder / language}.txt" for language in languages]
        subprocess.run([arguments.ng, arguments.model, "--parallel", *files, "--sentences", str(arguments.sentences), "--pooling",
                        arguments.pooling, "--prefix", arguments.prefix, "--out", out, "-q"], check=True, stdout=subprocess.DEVNULL)
        return json.loads(out.read_text())["layers"]


def largest_difference(ours, theirs, key):
    return max(np.abs(np.array(a[key]) - np.array(b[key])).max() for a, b in zip(ours, theirs, strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("folder", metavar="PARALLEL_FOLDER", type=pathlib.Path, help="with LANG.txt for each language")
    parser.add_argument("--ng", metavar="PROGRAM", required=True, help="our ng-similarity")
    parser.add_argument("--languages", default=LANGUAGES)
    parser.add_argument("--sentences", type=int, default=20)
    parser.add_argument("--pooling", choices=sorted(POOLINGS), default="mean")
    parser.add_argument("--prefix", default="")
    arguments = parser.parse_args()
    languages = arguments.languages.split(",")
    tokenizer = transformers.AutoTokenizer.from_pretrained(arguments.model)
    model = transformers.AutoModel.from_pretrained(arguments.model, attn_implementation="eager", dtype=torch.float32).eval()
    embedded = []
    for language in languages:
        lines = (arguments.folder / f"{language}.txt").read_text(encoding="utf8").splitlines()[: arguments.sentences]
        embedded.append(embed(model, tokenizer, [arguments.prefix + line for line in lines], arguments.pooling))
        print(f"{language}: {len(lines)} sentences done", file=sys.stderr)
    theirs, ours = similarity.measure(np.stack(embedded)), by_program(arguments, languages)
    differences = {key: largest_difference(ours, theirs, key) for key in ("mean_ses", "ses", "dominance", "alignment")}
    print(f"{arguments.model}: {len(theirs)} depths, {len(languages)} languages, {arguments.sentences} sentences; largest differences: "
          + ", ".join(f"{key} {value:.1e}" for key, value in differences.items()))
    sys.exit(1 if max(differences.values()) > 1e-4 else 0)


if __name__ == "__main__":
    main()
