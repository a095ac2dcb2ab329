#!/usr/bin/env python3
"""How well each neuron of a set tells its language by itself: the area under the ROC curve of its samples.

usage: single_neuron_auc.py neurons.json samples.safetensors stats.safetensors lape.json

Prints quantiles of the areas (all samples, also those that the set was chosen with), and how many of the neurons are in no language
active more often than lape.json's bar, so that LAPE can not choose them. needs: numpy, scipy, safetensors
"""
import json
import sys

import numpy as np
from safetensors import safe_open
from scipy.stats import rankdata

neurons, lape = (json.load(open(path)) for path in (sys.argv[1], sys.argv[4]))
with safe_open(sys.argv[2], "numpy") as samples:
    language, values = samples.get_tensor("language"), samples.get_tensor("mean")
    names = json.loads(samples.metadata()["languages"])
with safe_open(sys.argv[3], "numpy") as statistics:
    most = (statistics.get_tensor("count") / statistics.get_tensor("tokens")[:, None, None]).max(axis=0)
areas, unique = [], set()
for name, layers in neurons["languages"].items():
    own = language == names.index(name)
    for layer, chosen in layers.items():
        for neuron in chosen:
            unique.add((int(layer), neuron))
            ranks = rankdata(values[:, int(layer), neuron])
            areas.append((ranks[own].sum() - own.sum() * (own.sum() + 1) / 2) / (own.sum() * (~own).sum()))
print("area: lowest {:.3f}, 5% {:.3f}, median {:.3f}".format(min(areas), *np.percentile(areas, [5, 50])))
print(f"{sum(most[at] <= lape['bar'] for at in unique)} of {len(unique)} neurons are never above the bar {lape['bar']:.3f}")
