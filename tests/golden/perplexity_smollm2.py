#!/usr/bin/env python3
"""The perplexity matrix against Hugging Face transformers with the same neurons off, fp32, eager attention.

For each row of PERPLEXITY (ng-perplexity's) the row's neurons give 0 after the activation function, by a forward hook;
for each column the blocks of TOKENS (by corpus_tokens.py) give a mean negative log-likelihood of positions 2 to N, then
the mean over blocks, then exp. Rows: none, a language of NEURONS, random (as many random neurons as the column's
language has, from the seed in PERPLEXITY's provenance). Exit status 1 if a cell differs by more than 1e-4 of its value.
Without --perplexity the matrix is only printed.

needs: torch, transformers, safetensors, numpy; with glibc's malloc as it is, set the environment
MALLOC_TOP_PAD_=268435456 MALLOC_TRIM_THRESHOLD_=1099511627776 MALLOC_MMAP_THRESHOLD_=1099511627776 for more speed
"""
import argparse
import json
import math
import pathlib
import sys

import numpy as np
import torch

import corpus_tokens
import hf_sites
import lape

ALLOWED = 1e-4


class Off:
    """While it lasts, the neurons of a mask (layers, neurons) give 0."""

    def __init__(self, model, mask):
        self.modules = [layer.mlp.act_fn for layer in model.model.layers]
        self.columns = [torch.from_numpy(np.flatnonzero(row)) for row in mask]

    def __enter__(self):
        def hook(columns):
            return lambda module, inputs, output: output.index_fill(-1, columns, 0)

        self.handles = [module.register_forward_hook(hook(columns))
                        for module, columns in zip(self.modules, self.columns) if len(columns)]

    def __exit__(self, *error):
        for handle in self.handles:
            handle.remove()


def mean_nll(model, blocks):
    """Nats a token: over positions 2 to N of each block, then over blocks."""
    losses = []
    with torch.inference_mode():
        for block in blocks:
            ids = torch.tensor([block])
            logits = model(input_ids=ids, use_cache=False).logits[0, :-1]
            next_logit = logits.gather(1, ids[0, 1:, None])[:, 0]
            # not cross_entropy: its sum over the vocabulary is 1e-5 too small in fp32, logsumexp's is right to 1e-7
            losses.append((logits.logsumexp(-1) - next_logit).double().mean())
    return float(sum(losses) / len(losses))


class Rows:
    """Which neurons are off in a row of the matrix, as ng-perplexity defines it."""

    def __init__(self, neurons, model, seed):
        self.shape = (model.config.num_hidden_layers, model.config.intermediate_size)
        self.languages, self.masks = lape.read_neurons(neurons, *self.shape)
        self.seed = seed

    def names(self):
        return ["none", *self.languages, "random"]

    def mask(self, row, column):
        if row == "none":
            return np.zeros(self.shape, dtype=bool)
        if row != "random":
            return self.masks[self.languages.index(row)]
        k = self.languages.index(column)
        return lape.random_neurons(int(self.masks[k].sum()), *self.shape, self.seed + k)


def line_of(row, values, expected):
    text = "".join(f"{value:10.4f}" for value in values)
    if expected is None:
        return f"{row:8}{text}"
    return f"{row:8}{text}   differs by at most {max(relative_differences(values, expected)):.1e}"


def relative_differences(values, expected):
    """A missing or NaN cell differs infinitely."""
    return [abs(e - v) / v if e is not None and math.isfinite(e) else math.inf for v, e in zip(values, expected)]


def check(model, rows, ids, wanted_rows, given):
    """Print the matrix row by row; the largest relative difference from `given` (ng-perplexity's, or None)."""
    worst = 0.0
    print(f"{'off':8}" + "".join(f"{language:>10}" for language in ids), flush=True)
    for row in wanted_rows:
        values = []
        for column, blocks in ids.items():
            with Off(model, rows.mask(row, column)):
                values.append(math.exp(mean_nll(model, blocks)))
        expected = None
        if given:
            of_row = given["ppl"][given["rows"].index(row)]
            expected = [of_row[given["columns"].index(column)] for column in ids]
            worst = max(worst, *relative_differences(values, expected))
        print(line_of(row, values, expected), flush=True)
    return worst


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="Hugging Face folder")
    parser.add_argument("tokens", metavar="TOKENS", type=pathlib.Path, help='{"en": [ids], ...}, held out')
    parser.add_argument("neurons", metavar="NEURONS", type=pathlib.Path, help="neurons.json")
    parser.add_argument("--perplexity", type=pathlib.Path, help="perplexity.json to hold against it")
    parser.add_argument("--rows", help="only these rows, separated by commas (default: all)")
    parser.add_argument("--columns", help="only these languages, separated by commas (default: all)")
    parser.add_argument("--block", type=int, default=512, help="tokens a block (default: %(default)s)")
    parser.add_argument("--limit", type=int, help="tokens of each language (default: as PERPLEXITY has, or all)")
    return parser.parse_args()


def blocks_of(arguments, given):
    """Language -> its blocks, as many as ng-perplexity measured."""
    ids = json.loads(arguments.tokens.read_text())
    columns = arguments.columns.split(",") if arguments.columns else given["columns"] if given else list(ids)
    blocks = {language: corpus_tokens.cut(ids[language][:arguments.limit], arguments.block) for language in columns}
    if given and arguments.limit is None:
        for language in columns:
            wanted = given["blocks"][given["columns"].index(language)]
            if len(blocks[language]) < wanted or given["block"] != arguments.block:
                sys.exit(f"perplexity_smollm2.py: {arguments.perplexity} measured {wanted} blocks of {given['block']} "
                         f"tokens of {language}, {arguments.tokens} has {len(blocks[language])} of {arguments.block}")
            blocks[language] = blocks[language][:wanted]
    return blocks


def main():
    arguments = parse_arguments()
    given = json.loads(arguments.perplexity.read_text()) if arguments.perplexity else None
    model = hf_sites.load(arguments.model)
    rows = Rows(arguments.neurons, model, given["provenance"].get("seed", 1) if given else 1)
    wanted = arguments.rows.split(",") if arguments.rows else given["rows"] if given else rows.names()
    worst = check(model, rows, blocks_of(arguments, given), wanted, given)
    if given:
        verdict = "pass" if worst <= ALLOWED else "FAILED"
        print(f"largest relative difference {worst:.1e}, allowed {ALLOWED:.0e}: {verdict}")
    sys.exit(0 if worst <= ALLOWED else 1)


if __name__ == "__main__":
    main()
