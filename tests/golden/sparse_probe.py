#!/usr/bin/env python3
"""The sparse probe of ng-select by scikit-learn, and the goldens of tests/analysis/sparse_probe.cpp.

usage: sparse_probe.py DATA [--samples samples.safetensors]

Writes below DATA, tests/golden/data/sparse_probe, for each of random/ single_layer/ smollm2/
  samples.safetensors  as ng-record --samples writes it, with `mean` alone
  expected.json        fits: [{lambda_over_largest, lambda, weights [feature][language], intercepts, accuracy}],
                       selection: {rate, lambda, neurons {language: [[layer, neuron], ...]}}
random and single_layer are drawn from fixed seeds, with dead neurons, constant ones and pairs that are equal; smollm2 is a slice of a
recording (layers 0, 14, 29; the first 48 neurons; the first 20 samples of each language). Without --samples that slice is read again.

The solver is SAGA (sklearn.linear_model.LogisticRegression), which shares nothing with coordinate descent; the penalised objective is
strictly convex in the weights, so that both must find the same ones.

needs: numpy, safetensors, scikit-learn
"""
import argparse
import json
import math
import pathlib
import warnings

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

ALPHA = 0.5
STEPS = (5, 12, 20)


def parts(language):
    """Of each language the last fifth, at least one, is held out."""
    train, test = [], []
    for k in sorted(set(language)):
        at = np.flatnonzero(language == k)
        held = max(1, math.floor(0.2 * len(at)))
        train += list(at[:-held])
        test += list(at[-held:])
    return np.sort(train), np.sort(test)


def prepare(language, values):
    train, test = parts(language)
    x, y = values.reshape(len(values), -1).astype(np.float64), language
    weight = np.array([1 / (len(set(y)) * np.sum(y[train] == k)) for k in y[train]])
    mean = weight @ x[train]
    deviation = np.sqrt(weight @ (x[train] - mean) ** 2)
    deviation[np.ptp(x[train], axis=0) == 0] = np.inf
    scaled = ((x - mean) / deviation).astype(np.float32).astype(np.float64)
    return scaled[train], y[train], weight, scaled[test], y[test]


def fit(x, y, weight, lambda_):
    model = LogisticRegression(l1_ratio=ALPHA, solver="saga", C=1 / lambda_, tol=1e-11, max_iter=200000, random_state=0)
    try:
        model.set_params(penalty="elasticnet")  # older versions ask for it
    except ValueError:
        pass
    # SAGA's step length is that of unit weights: keep them near 1
    n = len(y)
    model.set_params(C=1 / (lambda_ * n))
    return model.fit(x, y, sample_weight=weight * n)


def golden(language, values, rate):
    x, y, weight, held, held_y = prepare(language, values)
    classes = len(set(y))
    share = np.full((len(y), classes), 1 / classes)
    gradient = x.T @ (weight[:, None] * (np.eye(classes)[y] - share))
    largest = np.abs(gradient).max() / ALPHA
    result = {"largest_lambda": largest, "fits": [], "selection": None}
    wanted = round(rate * x.shape[1])
    for step in range(1, 81):
        lambda_ = largest * 10 ** (-step / 20)
        model = fit(x, y, weight, lambda_)
        w = model.coef_.T if classes > 2 else np.concatenate([-model.coef_, model.coef_]).T / 2
        b = model.intercept_ if classes > 2 else np.array([-model.intercept_[0], model.intercept_[0]]) / 2
        positive = np.maximum(w, 0).max(axis=1)
        if step in STEPS:
            right = (held @ w + b).argmax(axis=1) == held_y
            result["fits"].append({"step": step, "lambda": lambda_, "weights": np.round(w, 9).tolist(),
                                   "intercepts": (b - b.mean()).tolist(), "accuracy": float(right.mean())})
        if result["selection"] is None and (positive > 1e-9).sum() >= wanted:
            order = sorted(np.flatnonzero(positive > 1e-9), key=lambda j: (-math.ceil(positive[j] * 1e5), j))[:wanted]
            width = values.shape[2]
            result["selection"] = {"rate": rate, "step": step, "neurons": [
                [[int(j) // width, int(j) % width] for j in sorted(order) if w[j, k] > 1e-9] for k in range(classes)]}
        if result["selection"] and step >= max(STEPS):
            return result
    raise SystemExit("the path has ended before the selection")


def drawn(seed, layers, neurons, per_language, languages):
    """Languages shift some neurons' means; one neuron in seven is dead, one in eleven constant, one in five its neighbour's twin."""
    draw = np.random.default_rng(seed)
    language = np.repeat(np.arange(languages), per_language)
    shift = draw.normal(size=(languages, layers, neurons)) * (draw.random((languages, layers, neurons)) < 0.3)
    values = draw.normal(size=(len(language), layers, neurons)) + shift[language]
    flat = values.reshape(len(language), -1)
    flat[:, ::7] = 0
    flat[:, 3::11] = 0.1
    flat[:, 9::5] = flat[:, 8:-1:5][:, :flat[:, 9::5].shape[1]]
    return language, values.astype(np.float32)


def write(folder, names, language, values, rate):
    folder.mkdir(parents=True, exist_ok=True)
    save_file({"language": language.astype(np.int64), "mean": np.ascontiguousarray(values)}, folder / "samples.safetensors",
              {"languages": json.dumps(names), "provenance": "{}"})
    (folder / "expected.json").write_text(json.dumps(golden(language, values, rate)) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--samples", type=pathlib.Path)
    arguments = parser.parse_args()
    write(arguments.data / "random", ["en", "fr", "ja"], *drawn(1, 2, 40, 30, 3), 0.2)
    write(arguments.data / "single_layer", ["en", "fr", "ja", "zh"], *drawn(2, 1, 50, 12, 4), 0.3)
    source = arguments.samples or arguments.data / "smollm2/samples.safetensors"
    with safe_open(source, "numpy") as file:
        names, language, values = json.loads(file.metadata()["languages"]), file.get_tensor("language"), file.get_tensor("mean")
    if arguments.samples:
        first = np.concatenate([np.flatnonzero(language == k)[:20] for k in range(len(names))])
        language, values = language[first], values[first][:, [0, 14, 29], :48]
    write(arguments.data / "smollm2", names, language, values, 0.2)


if __name__ == "__main__":
    warnings.simplefilter("ignore", FutureWarning)
    main()
