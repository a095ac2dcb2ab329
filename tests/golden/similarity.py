#!/usr/bin/env python3
"""Similarity and dominance of languages in numpy, from the definitions alone (Tang et al. 2024, section 4.2), and the
golden of tests/experiment/similarity.cpp: random embeddings with what is to be measured of them.

usage: similarity.py [OUT]         (default: data/similarity/random.json beside this file)
needs: numpy
"""
import json
import pathlib
import sys

import numpy as np


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def similarity(h):
    """h (languages, sentences, width) -> SES (languages, languages)."""
    return np.einsum("ksd,csd->kc", unit(h), unit(h)) / h.shape[1]


def alignment(h):
    """[target, language]: cosine with the target's sentences once the language's mean is exchanged for the target's."""
    mean = h.mean(axis=1)
    mapped = h[None] - mean[None, :, None] + mean[:, None, None]  # (target, language, sentence, width)
    return np.einsum("cksd,csd->ck", unit(mapped), unit(h)) / h.shape[1]


def plane(h):
    """Mean embeddings on their first two principal components, by singular values; and the share of variance."""
    mean = h.mean(axis=1)
    u, s, _ = np.linalg.svd(mean - mean.mean(axis=0), full_matrices=False)
    points = u[:, :2] * s[:2]
    signs = np.sign(points[np.abs(points).argmax(axis=0), np.arange(2)])
    return points * signs, (s[:2] ** 2).sum() / (s**2).sum()


def measure(h):
    """h (languages, depths, sentences, width) -> a dict a depth, as ng-similarity writes it."""
    layers = []
    for depth in range(h.shape[1]):
        at = h[:, depth].astype(np.float64)
        ses, aligned, (points, share) = similarity(at), alignment(at), plane(at)
        others = ~np.eye(len(h), dtype=bool)
        layers.append({"layer": depth - 1, "mean_ses": ses[others].mean(), "ses": ses.tolist(),
                       "dominance": [row[keep].mean() for row, keep in zip(aligned, others)], "alignment": aligned.tolist(),
                       "map": points.tolist(), "map_share": share})
    return layers


def main():
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "data/similarity/random.json")
    dice = np.random.default_rng(7)
    shared = dice.normal(size=(1, 3, 6, 5))  # of a sentence, in all languages
    h = (shared + dice.normal(size=(4, 3, 1, 5)) + 0.5 * dice.normal(size=(4, 3, 6, 5))).astype(np.float32)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"embeddings": h.astype(float).tolist(), "layers": measure(h)}) + "\n")


if __name__ == "__main__":
    main()
