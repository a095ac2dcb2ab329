#!/usr/bin/env python3
"""Every site of a real checkpoint: ng-activations against Hugging Face transformers, eager attention, fp32.

Takes the first 512 tokens of the held-out pages of five languages. A tensor passes if no value differs by more than
1e-4, or than 1e-5 of the tensor's largest magnitude where that is more. Exit status 1 if any fails, is missing, has
another shape, or masks other scores.

usage: smollm2.py MODEL GUIDE --ng build/release/apps/ng-activations
       smollm2.py MODEL GUIDE --self      transformers' other attention (sdpa) instead of our program: tests this script
needs: torch, transformers, safetensors, numpy
"""
import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file

import corpus_tokens
import hf_sites

LANGUAGES = "en,zh,fr,vi,ja"
ABSOLUTE, RELATIVE = 1e-4, 1e-5

# one tensor's comparison; excess is the largest difference over the one allowed, so that above 1 fails
Comparison = collections.namedtuple("Comparison", "site place difference magnitude excess")


def site_groups(layers, at_once):
    """Patterns that together name every site, so many layers at a time, so that memory stays small."""
    for first in range(0, layers, at_once):
        yield ",".join(f"blocks.{layer}.*" for layer in range(first, min(first + at_once, layers)))
    yield "hook_embed,ln_final.hook_output,logits"


def by_program(program, folder):
    """A function (ids, sites) -> {name: array} that asks ng-activations."""

    def ask(ids, sites):
        with tempfile.TemporaryDirectory() as temporary:
            out = pathlib.Path(temporary, "sites.safetensors")
            subprocess.run([program, folder, "--ids", ",".join(map(str, ids)), "--sites", sites, "--out", out, "--quiet"],
                           check=True)
            return load_file(out)

    return ask


def by_sdpa(folder):
    """The same function by transformers' scaled_dot_product_attention; it has no sites within attention."""
    model = hf_sites.load(folder, attention="sdpa")
    return lambda ids, sites: hf_sites.capture(model, ids, sites=sites)


def compare(name, place, expected, got):
    """One tensor; a wrong shape, mask or NaN is an infinite excess."""
    finite = np.isfinite(expected)
    if got is None or got.shape != expected.shape or not np.array_equal(finite, np.isfinite(got)):
        reason = "missing" if got is None else f"shape {got.shape}, mask or NaN"
        return Comparison(name, f"{place}: {reason}, expected {expected.shape}", np.inf, np.inf, np.inf)
    difference = float(np.abs(np.where(finite, got, 0) - np.where(finite, expected, 0)).max())
    magnitude = float(np.abs(np.where(finite, expected, 0)).max())
    return Comparison(name, place, difference, magnitude, difference / max(ABSOLUTE, RELATIVE * magnitude))


def without_layer(name):
    parts = name.split(".")
    return ".".join(["blocks.N", *parts[2:]]) if parts[0] == "blocks" else name


def compare_text(model, ask, ids, language, at_once, within_attention):
    """All sites of one text."""
    for sites in site_groups(model.config.num_hidden_layers, at_once):
        expected, got = hf_sites.capture(model, ids, sites=sites), ask(ids, sites)
        for name in expected:
            if within_attention or name in got:
                yield compare(name, f"{language} {name}", expected[name], got.get(name))


def report(comparisons):
    """A line a site: the tensor that comes nearest to failing, over all layers and texts."""
    worst = {}
    for c in comparisons:
        site = without_layer(c.site)
        worst[site] = max(worst.get(site, c), c, key=lambda c: c.excess)
    print(f"{'site':34} {'max-abs':>9} {'largest':>9} {'of allowed':>10}  worst at")
    for site, c in worst.items():
        print(f"{site:34} {c.difference:9.2e} {c.magnitude:9.3g} {c.excess:10.3f}  {c.place}")
    return [c for c in worst.values() if not c.excess <= 1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="Hugging Face folder")
    parser.add_argument("guide", metavar="GUIDE", type=pathlib.Path, help="folder that fetch_guide.py made")
    parser.add_argument("--ng", metavar="PROGRAM", help="our ng-activations")
    parser.add_argument("--self", action="store_true", help="compare transformers with itself")
    parser.add_argument("--languages", default=LANGUAGES, help="(default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=512, help="of each text (default: %(default)s)")
    parser.add_argument("--layers-at-once", type=int, default=10, help="70 MB each (default: %(default)s)")
    arguments = parser.parse_args()
    if bool(arguments.ng) == arguments.self:
        parser.error("give one of --ng PROGRAM and --self")
    model = hf_sites.load(arguments.model)
    ask = by_sdpa(arguments.model) if arguments.self else by_program(arguments.ng, arguments.model)
    comparisons = []
    for language in arguments.languages.split(","):
        path = arguments.guide / "heldout" / f"{language}.jsonl"
        ids = corpus_tokens.read_ids(arguments.model, path, arguments.tokens)
        comparisons += compare_text(model, ask, ids, language, arguments.layers_at_once, not arguments.self)
        print(f"{language}: {len(ids)} tokens done", file=sys.stderr)
    failed = report(comparisons)
    print(f"{len(comparisons)} tensors compared, {'FAILED: ' + str(len(failed)) + ' sites' if failed else 'all pass'}")
    sys.exit(1 if failed or not comparisons else 0)


if __name__ == "__main__":
    main()
