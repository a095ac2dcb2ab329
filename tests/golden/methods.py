#!/usr/bin/env python3
"""The methods of ng-select in numpy, from their descriptions alone, and the goldens of tests/analysis/methods.cpp.

usage: methods.py DATA [--stats stats.safetensors]

Writes below DATA, tests/golden/data/methods:
  random/ single_layer/ smollm2/   stats.safetensors as ng-record writes it, rates.safetensors with `rates` for the pv
                                   methods, expected.json: [{"method", "options", "bar", "neurons": {language: {layer: [...]}}}]
  pv/FAMILY/                       tiny checkpoints base, en, fr, ja of MLP weights, and rates.safetensors: their rates of change
random and single_layer are drawn from fixed seeds, with ties, zeros, dead neurons and neurons that are always active;
smollm2 is a slice (layers 0, 14, 29; the first 128 neurons) of a recording of SmolLM2-135M, given by --stats. Without it
that folder's statistics are read again and only its expected.json is written anew.

needs: numpy, safetensors
"""
import argparse
import json
import pathlib
from fractions import Fraction

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

import lape

# ---- the methods: each gives a mask (languages, layers, neurons), and its bar


def above(activity, quantile):
    """activity > bar, and the bar: the round(quantile n)-th smallest of all."""
    bar = np.sort(activity, axis=None)[round(quantile * activity.size) - 1]
    return activity > bar, bar


def ranked(activity, score, rate, quantile):
    """LAPE's selection: lowest scores first, of the neurons above the bar in some language; owned by those languages."""
    own, bar = above(activity, quantile)
    candidates = [(score[at], at) for at in np.ndindex(score.shape) if own[(slice(None), *at)].any()]
    mask = np.zeros(activity.shape, dtype=bool)
    for _, (layer, neuron) in sorted(candidates)[:round(rate * score.size)]:
        mask[:, layer, neuron] = own[:, layer, neuron]
    return mask, bar


def by_entropy(activity, rate, quantile):
    return ranked(activity, lape.entropy_over_languages(activity), rate, quantile)


def average_precision(label, score, weight):
    """sklearn.metrics.average_precision_score with sample weights, in exact fractions: sum (R - R before) P over the
    distinct scores, highest first, samples of equal score taken together."""
    positives = sum(w for w, y in zip(weight, label) if y)
    true = taken = recall_before = result = Fraction(0)
    for threshold in sorted(set(score), reverse=True):
        at = [i for i, s in enumerate(score) if s == threshold]
        true += sum(weight[i] for i in at if label[i])
        taken += sum(weight[i] for i in at)
        if taken == 0:
            continue  # no sample has this score
        recall, precision = true / positives, true / taken
        result += (recall - recall_before) * precision
        recall_before = recall
    return result


def precision_above_chance(count, tokens):
    """AP of "active" for "is in language k" over all positions, less its chance level, the share of positions of k."""
    tokens = [int(n) for n in tokens]
    result = np.empty(count.shape, dtype=object)
    for k, layer, neuron in np.ndindex(count.shape):
        active = [int(c) for c in count[:, layer, neuron]]
        weight = [Fraction(n) for n in (active[k], tokens[k] - active[k], sum(active) - active[k],
                                        sum(tokens) - tokens[k] - sum(active) + active[k])]
        result[k, layer, neuron] = average_precision([1, 1, 0, 0], [1, 0, 1, 0], weight) - Fraction(tokens[k], sum(tokens))
    return result


def top(score, wanted):
    """Each language's `wanted` highest scores above 0, ties by layer and neuron."""
    mask = np.zeros(score.shape, dtype=bool)
    for k in range(len(score)):
        positive = sorted((-score[k][at], at) for at in np.ndindex(score.shape[1:]) if score[k][at] > 0)
        for _, at in positive[:wanted]:
            mask[(k, *at)] = True
    return mask


def difference_of_means(total, tokens):
    result = np.empty(total.shape)
    for k in range(len(total)):
        others = np.arange(len(total)) != k
        result[k] = total[k] / tokens[k] - total[others].sum(0) / tokens[others].sum()
    return result


def select(method, stats, rate, bar_quantile, **options):
    """method -> (mask, bar or None)"""
    count, total, tokens = stats["count"], stats["sum"], stats["tokens"]
    probability = count / tokens[:, None, None].astype(np.float64)
    mean = total / tokens[:, None, None].astype(np.float64)
    wanted = options.get("per_language") or round(rate * count[0].size / len(count))
    if method == "lape":
        return lape.select(count, tokens, rate, bar_quantile), above(probability, bar_quantile)[1]
    if method == "lap":
        return probability > options["threshold"], options["threshold"]
    if method == "lap-percentile":
        return above(probability, bar_quantile)
    if method == "lave":
        return by_entropy(np.maximum(mean, 0), rate, bar_quantile)
    if method == "lave-absolute":
        return by_entropy(np.abs(mean), rate, bar_quantile)
    if method == "pv":
        return by_entropy(1 / np.maximum(stats["rates"], 1e-300), rate, bar_quantile)
    if method == "pv-high":
        return by_entropy(stats["rates"], rate, bar_quantile)
    if method == "random":
        like = lape.select(count, tokens, rate, bar_quantile)
        return np.stack([lape.random_neurons(int(like[k].sum()), *count.shape[1:], options["seed"] + k)
                         for k in range(len(count))]), None
    if method == "ap":
        return top(precision_above_chance(count, tokens), wanted), None
    if method == "ap-both":
        score = precision_above_chance(count, tokens)
        return top(score, wanted // 2) | top(-score, wanted // 2), None
    if method == "diffmean":
        return top(difference_of_means(total, tokens), wanted), None
    if method == "entropy-max":
        entropy = lape.entropy_over_languages(probability) / np.log(len(count))
        return ranked(probability, entropy - options["lambda"] * probability.max(0), rate, bar_quantile)
    raise ValueError(method)


METHODS = [("lape", {}), ("lap", {"threshold": 0.95}), ("lap", {"threshold": 0.3}), ("lap-percentile", {}), ("lave", {}),
           ("lave-absolute", {}), ("pv", {}), ("pv-high", {}), ("random", {"seed": 1}), ("random", {"seed": 12345}),
           ("ap", {}), ("ap", {"per_language": 5}), ("ap-both", {}), ("diffmean", {}), ("diffmean", {"per_language": 5}),
           ("entropy-max", {"lambda": 0.37}), ("entropy-max", {"lambda": 0.0})]
SELECTIONS = [{"rate": 0.05, "bar_quantile": 0.95}, {"rate": 0.25, "bar_quantile": 0.6}, {"rate": 1.0, "bar_quantile": 0.01}]

# ---- the statistics


def draw(seed, languages, layers, neurons):
    """Random statistics whose first layer begins with the awkward neurons: dead, always active, tied in pairs, in one
    language only, negative everywhere."""
    random = np.random.default_rng(seed)
    tokens = random.integers(201, 399, len(languages))
    tokens[1] = tokens[0]  # so that equal counts are equal probabilities
    habit = random.beta(0.4, 0.7, (len(languages), layers, neurons))
    count = random.binomial(tokens[:, None, None], habit)
    total = random.normal(0.2, 1, count.shape) * tokens[:, None, None]
    rates = random.gamma(0.7, 0.01, count.shape)
    count[:, 0, 0], total[:, 0, 0], rates[:, 0, 0] = 0, 0, 0  # dead, and left alone by tuning
    count[:, 0, 1] = tokens  # always active
    count[:, 0, 2], total[:, 0, 2], rates[:, 0, 2] = 0, 0, 0.5
    count[0, 0, 2], total[0, 0, 2], rates[0, 0, 2] = tokens[0], tokens[0] * 1.5, 0  # one language's alone
    total[:, 0, 3] = -np.abs(total[:, 0, 3])  # below zero everywhere
    for array in (count, total, rates):  # ties: two languages, two neurons, neurons of different layers
        array[1, 0, 4] = array[0, 0, 4]
        array[:, 0, 6], array[:, -1, 7], array[:, 0, 8] = array[:, 0, 5], array[:, 0, 5], array[:, 0, 2]
    return {"count": count.astype(np.int64), "sum": total, "sum_of_squares": total**2 + 1, "tokens": tokens.astype(np.int64),
            "rates": rates}, {"languages": json.dumps(languages), "provenance": "{}"}


def read(path):
    with safe_open(path, "numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def slice_of(path):
    """A few layers and neurons of a recording."""
    stats, metadata = read(path)
    cut = {name: np.ascontiguousarray(array[:, [0, 14, 29], :128]) if array.ndim == 3 else array
           for name, array in stats.items()}
    provenance = json.loads(metadata["provenance"])
    for source in (provenance["model"], *provenance["corpora"]):
        source.pop("folder", None), source.pop("path", None)  # of the machine it was recorded on
    return cut, {"languages": metadata["languages"], "provenance": json.dumps(provenance)}


def write_case(folder, stats, metadata):
    folder.mkdir(parents=True, exist_ok=True)
    rates = {"rates": stats.pop("rates")}
    save_file(stats, folder / "stats.safetensors", metadata)
    save_file(rates, folder / "rates.safetensors")


def expected(folder):
    stats, metadata = read(folder / "stats.safetensors")
    stats |= read(folder / "rates.safetensors")[0]
    languages, cases = json.loads(metadata["languages"]), []
    for method, own in METHODS:
        for selection in SELECTIONS:
            mask, bar = select(method, stats, **selection, **own)
            neurons = {language: {str(layer): np.flatnonzero(mask[k, layer]).tolist()
                                  for layer in range(mask.shape[1]) if mask[k, layer].any()}
                       for k, language in enumerate(languages)}
            cases.append({"method": method, "options": selection | own, "bar": bar, "neurons": neurons})
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (folder / "expected.json").write_text(f"[\n{text}\n]\n")

# ---- checkpoints for parameter variation


HIDDEN, NEURONS, LAYERS = 8, 6, 2
CONFIGS = {
    "llama": {"model_type": "llama", "hidden_size": HIDDEN, "intermediate_size": NEURONS, "num_attention_heads": 2,
              "num_hidden_layers": LAYERS, "vocab_size": 11, "hidden_act": "silu", "tie_word_embeddings": True},
    "gpt2": {"model_type": "gpt2", "n_embd": HIDDEN, "n_inner": NEURONS, "n_head": 2, "n_layer": LAYERS, "n_positions": 16,
             "vocab_size": 11},
    "phi3": {"model_type": "phi3", "hidden_size": HIDDEN, "intermediate_size": NEURONS, "num_attention_heads": 2,
             "num_hidden_layers": LAYERS, "vocab_size": 11, "max_position_embeddings": 16,
             "original_max_position_embeddings": 16, "sliding_window": None, "rope_scaling": None},
    "mixtral": {"model_type": "mixtral", "hidden_size": HIDDEN, "intermediate_size": NEURONS, "num_attention_heads": 2,
                "num_key_value_heads": 2, "num_hidden_layers": LAYERS, "vocab_size": 11, "max_position_embeddings": 16,
                "num_local_experts": 2, "num_experts_per_tok": 1, "sliding_window": None},
}


def published(family, layer, mlps):
    """The MLPs (gate, up, down), one an expert, of a layer under the family's names and in its layouts."""
    gate, up, down = mlps[0]
    if family == "llama":
        return {f"model.layers.{layer}.mlp.{name}_proj.weight": w for name, w in zip(("gate", "up", "down"), mlps[0])}
    if family == "gpt2":
        return {f"transformer.h.{layer}.mlp.c_fc.weight": up.T, f"transformer.h.{layer}.mlp.c_proj.weight": down.T}
    if family == "phi3":
        return {f"model.layers.{layer}.mlp.gate_up_proj.weight": np.concatenate([gate, up]),
                f"model.layers.{layer}.mlp.down_proj.weight": down}
    return {f"model.layers.{layer}.block_sparse_moe.experts.{e}.{name}.weight": w
            for e, mlp in enumerate(mlps) for name, w in zip(("w1", "w3", "w2"), mlp)}


def write_checkpoints(folder, family, seed):
    random = np.random.default_rng(seed)
    experts = CONFIGS[family].get("num_local_experts", 1)
    shapes = [(NEURONS, HIDDEN), (NEURONS, HIDDEN), (HIDDEN, NEURONS)]
    base = [[[random.normal(0, 1, shape).astype(np.float32) for shape in shapes] for _ in range(experts)] for _ in range(LAYERS)]
    for matrix, axis in zip(base[0][0], (0, 0, 1)):
        np.moveaxis(matrix, axis, 0)[3] = 0  # a neuron without weights
    models, rates = {"base": base}, []
    for language in ("en", "fr", "ja"):
        tuned = [[[(w + random.normal(0, 0.02, w.shape) * (np.abs(w) > 0)).astype(np.float32) for w in mlp] for mlp in layer]
                 for layer in base]
        for matrix, original, axis in zip(tuned[1][0], base[1][0], (0, 0, 1)):
            if language == "fr":
                np.moveaxis(matrix, axis, 0)[2] = np.moveaxis(original, axis, 0)[2]  # a neuron that French left alone
        models[language] = tuned
        rates.append([np.concatenate([rate_of_change(before, after, family != "gpt2") for before, after in zip(*layers)])
                      for layers in zip(base, tuned)])
    for name, layers in models.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "config.json").write_text(json.dumps(CONFIGS[family]) + "\n")
        tensors = {}
        for layer, mlps in enumerate(layers):
            tensors |= published(family, layer, mlps)
        save_file({tensor: np.ascontiguousarray(w) for tensor, w in tensors.items()}, folder / name / "model.safetensors")
    save_file({"rates": np.array(rates)}, folder / "rates.safetensors")


def rate_of_change(before, after, gated):
    """A neuron's weights laid end to end: |after - before|_1 / |before|_1, 0 / 0 = 0."""
    def weights(mlp):
        gate, up, down = (w.astype(np.float64) for w in mlp)
        return np.concatenate([gate, up, down.T] if gated else [up, down.T], axis=1)
    moved, size = np.abs(weights(after) - weights(before)).sum(1), np.abs(weights(before)).sum(1)
    return np.divide(moved, size, out=np.zeros_like(moved), where=size > 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--stats", type=pathlib.Path, help="stats.safetensors of SmolLM2-135M")
    arguments = parser.parse_args()
    write_case(arguments.data / "random", *draw(1, ["en", "zh", "fr", "ja"], 4, 24))
    write_case(arguments.data / "single_layer", *draw(2, ["en", "fr"], 1, 40))
    if arguments.stats:
        stats, metadata = slice_of(arguments.stats)
        # drawn: there are no models tuned on one language each
        stats["rates"] = np.random.default_rng(3).gamma(0.7, 0.01, stats["count"].shape)
        write_case(arguments.data / "smollm2", stats, metadata)
    for case in ("random", "single_layer", "smollm2"):
        expected(arguments.data / case)
    for seed, family in enumerate(CONFIGS):
        write_checkpoints(arguments.data / "pv" / family, family, seed)


if __name__ == "__main__":
    main()
