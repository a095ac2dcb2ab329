#!/usr/bin/env python3
"""Every site of real encoders on seven languages: ng-activations against Hugging Face transformers, eager attention, fp32.

Takes the first tokens of each language's held-out pages, between the encoder's own marks. A tensor passes as in
smollm2.py: 1e-4, or 1e-5 of its largest magnitude where that is more.

usage: real_encoders.py GUIDE --ng build/release/apps/ng-activations MODEL ...
needs: torch, transformers, safetensors, numpy
"""
import argparse
import json
import pathlib
import sys

import transformers

import family_sites
import smollm2

LANGUAGES = "en,zh,fr,es,vi,id,ja"


def ids_of(tokenizer, path, tokens):
    """The beginning of a language's pages as the encoder is given it: [CLS] ... [SEP]."""
    with open(path, encoding="utf8") as file:
        text = " ".join(json.loads(line)["text"] for line in file)
    return tokenizer(text[: 20 * tokens], truncation=True, max_length=tokens)["input_ids"]


def compare_model(folder, arguments):
    model = family_sites.load(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ask = smollm2.by_program(arguments.ng, folder)
    for language in LANGUAGES.split(","):
        ids = ids_of(tokenizer, arguments.guide / "heldout" / f"{language}.jsonl", arguments.tokens)
        expected, got = family_sites.capture(model, ids), ask(ids, "*")
        last = f"blocks.{model.config.num_hidden_layers - 1}.ln2.hook_output"
        got["hidden"] = got[last]
        for name in expected:
            yield smollm2.compare(name, f"{language} {name}", expected[name], got.get(name))
        print(f"{pathlib.Path(folder).name} {language}: {len(ids)} tokens done", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("guide", metavar="GUIDE", type=pathlib.Path, help="folder that fetch_guide.py made")
    parser.add_argument("models", metavar="MODEL", nargs="+", help="folders of bare encoders")
    parser.add_argument("--ng", metavar="PROGRAM", required=True, help="our ng-activations")
    parser.add_argument("--tokens", type=int, default=256, help="of each text (default: %(default)s)")
    arguments = parser.parse_args()
    failed = []
    for folder in arguments.models:
        comparisons = list(compare_model(folder, arguments))
        print(f"{folder}:")
        failed += smollm2.report(comparisons)
        print(f"{len(comparisons)} tensors compared")
    print("FAILED" if failed else "all pass")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
