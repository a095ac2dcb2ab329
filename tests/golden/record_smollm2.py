#!/usr/bin/env python3
"""Recording and LAPE selection against Hugging Face transformers with counting hooks, fp32, eager attention.

Counts SiLU(gate) > 0 per (language, layer, neuron) in the blocks of TOKENS (by corpus_tokens.py), then holds against it
  --stats STATS.safetensors   ng-record's: the counts may differ in at most 2 of 100,000 decisions (values that are zero
                              but for rounding), the sums by rounding
  --neurons NEURONS.json      ng-select's: exactly the numpy selection of ng-record's counts, and that of our own counts
                              apart from neurons whose counts differ
Exit status 1 if either fails. The counts are kept in --counts FILE.npz and read from there the next time.

needs: torch, transformers, safetensors, numpy; with glibc's malloc as it is, set the environment
MALLOC_TOP_PAD_=268435456 MALLOC_TRIM_THRESHOLD_=1099511627776 MALLOC_MMAP_THRESHOLD_=1099511627776 for more speed
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import torch
from safetensors import safe_open

import corpus_tokens
import hf_sites
import lape

ALLOWED_DECISIONS = 2e-5
FIELDS = ("count", "sum", "sum_of_squares")


class Recorder:
    """Statistics of one language, each (layers, neurons)."""

    def __init__(self, model):
        shape = (model.config.num_hidden_layers, model.config.intermediate_size)
        self.count = torch.zeros(shape, dtype=torch.int64)
        self.sum, self.sum_of_squares = torch.zeros((2, *shape), dtype=torch.float64)
        self.handles = [layer.mlp.act_fn.register_forward_hook(self.hook(n)) for n, layer in enumerate(model.layers)]

    def hook(self, layer):
        def hear(module, inputs, output):
            self.count[layer] += (output[0] > 0).sum(0)
            self.sum[layer] += output[0].sum(0, dtype=torch.float64)
            self.sum_of_squares[layer] += output[0].double().square().sum(0)

        return hear

    def stop(self):
        for handle in self.handles:
            handle.remove()


def record(model, ids, block):
    """The decoder without its head over one language's blocks."""
    recorder, blocks = Recorder(model), corpus_tokens.cut(ids, block)
    with torch.inference_mode():
        for tokens in blocks:
            model(input_ids=torch.tensor([tokens]), use_cache=False)
    recorder.stop()
    return {field: getattr(recorder, field).numpy() for field in FIELDS} | {"tokens": len(blocks) * block}


def record_all(folder, ids, block):
    model = hf_sites.load(folder).model
    found = {}
    for language, of_language in ids.items():
        found[language] = record(model, of_language, block)
        print(f"{language}: {found[language]['tokens']} tokens recorded", file=sys.stderr, flush=True)
    return {field: np.stack([of_language[field] for of_language in found.values()]) for field in (*FIELDS, "tokens")}


def recorded(arguments):
    """Languages and transformers' statistics, from --counts if it holds those of the same tokens."""
    ids = json.loads(arguments.tokens.read_text())
    ids = {language: of_language[:arguments.limit] for language, of_language in ids.items()}
    key = json.dumps([ids, arguments.block])
    if arguments.counts and arguments.counts.is_file():
        with np.load(arguments.counts) as kept:
            if str(kept["key"]) == key:
                return list(ids), {field: kept[field] for field in (*FIELDS, "tokens")}
    found = record_all(arguments.model, ids, arguments.block)
    if arguments.counts:
        np.savez_compressed(arguments.counts, key=key, **found)
    return list(ids), found


def read_statistics(path, languages):
    """ng-record's statistics, in the order of `languages`."""
    with safe_open(path, "numpy") as file:
        own = json.loads(file.metadata()["languages"])
        order = [own.index(language) for language in languages]
        return {field: file.get_tensor(field)[order] for field in (*FIELDS, "tokens")}


def check_statistics(languages, expected, got):
    """Print a line a language; whether all is as close as it must be."""
    if not np.array_equal(expected["tokens"], got["tokens"]):
        print(f"FAILED: tokens {got['tokens']}, expected {expected['tokens']}")
        return False
    difference = np.abs(got["count"] - expected["count"])
    decisions = int(expected["tokens"].sum()) * difference[0].size
    for k, language in enumerate(languages):
        print(f"{language}: {difference[k].sum()} of {expected['tokens'][k] * difference[k].size} decisions differ, in "
              f"{np.count_nonzero(difference[k])} neurons by at most {difference[k].max()}; "
              f"sums by {relative(expected['sum'][k], got['sum'][k]):.1e} of the largest, "
              f"sums of squares by {relative(expected['sum_of_squares'][k], got['sum_of_squares'][k]):.1e}")
    share = difference.sum() / decisions
    print(f"all: {difference.sum()} of {decisions} decisions differ: {share:.1e}, allowed {ALLOWED_DECISIONS:.0e}")
    return share <= ALLOWED_DECISIONS and all(relative(expected[f], got[f]) < 1e-5 for f in FIELDS[1:])


def relative(expected, got):
    return float(np.abs(got - expected).max() / np.abs(expected).max())


def check_selection(languages, expected, got, neurons, rate):
    """neurons.json against numpy's selection of ng-record's own counts and of transformers'."""
    named, chosen = lape.read_neurons(neurons, *expected["count"].shape[1:])
    chosen = chosen[[named.index(language) for language in languages]]
    own = lape.select(got["count"], got["tokens"], rate)
    peer = lape.select(expected["count"], expected["tokens"], rate)
    differ = (expected["count"] != got["count"]).any(0)
    unexplained = (chosen != peer).any(0) & ~differ
    print("neurons per language: " + ", ".join(f"{name} {n}" for name, n in zip(languages, chosen.sum((1, 2)))) +
          f"; together {np.count_nonzero(chosen.any(0))}")
    print(f"assignments that differ from numpy's selection of the same counts: {np.count_nonzero(chosen != own)}; of "
          f"transformers' counts: {np.count_nonzero(chosen != peer)}, {np.count_nonzero(unexplained)} of equal counts")
    return np.array_equal(chosen, own) and not unexplained.any()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="Hugging Face folder")
    parser.add_argument("tokens", metavar="TOKENS", type=pathlib.Path, help='{"en": [ids], ...}')
    parser.add_argument("--stats", type=pathlib.Path, help="ng-record's")
    parser.add_argument("--neurons", type=pathlib.Path, help="ng-select's, of these stats")
    parser.add_argument("--counts", type=pathlib.Path, help="where transformers' counts are kept (.npz)")
    parser.add_argument("--block", type=int, default=512, help="tokens a block (default: %(default)s)")
    parser.add_argument("--limit", type=int, help="tokens of each language (default: all of TOKENS)")
    parser.add_argument("--rate", type=float, default=0.01, help="of the selection (default: %(default)s)")
    arguments = parser.parse_args()
    if arguments.neurons and not arguments.stats:
        parser.error("--neurons needs --stats")
    languages, expected = recorded(arguments)
    if not arguments.stats:
        chosen = lape.select(expected["count"], expected["tokens"], arguments.rate)
        print("neurons per language: " + ", ".join(f"{name} {n}" for name, n in zip(languages, chosen.sum((1, 2)))))
        return
    got = read_statistics(arguments.stats, languages)
    passed = check_statistics(languages, expected, got)
    if arguments.neurons:
        passed = check_selection(languages, expected, got, arguments.neurons, arguments.rate) and passed
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
