"""LAPE and its selection in numpy, written from the paper's description alone (Tang et al. 2024, section 2), and the
random control: what ng-select and ng-perplexity are held against.

needs: numpy
"""
import json

import numpy as np


def entropy_over_languages(probability):
    """probability (languages, layers, neurons) -> -sum q ln q in nats, q = p / sum p; 0/0 and 0 ln 0 are 0."""
    total = probability.sum(0)
    share = np.divide(probability, total, out=np.zeros_like(probability), where=total > 0)
    logarithm = np.log(share, out=np.zeros_like(share), where=share > 0)
    return -(share * logarithm).sum(0)


def select(count, tokens, rate=0.01, quantile=0.95):
    """The chosen neurons as a mask (languages, layers, neurons).

    count (languages, layers, neurons): positions with a positive activation; tokens (languages): of all positions. The
    bar is the round(quantile n)-th smallest of all n probabilities; neurons with none above it are never chosen; of the
    others the round(rate n) of lowest entropy are, ties by layer, then neuron; each belongs to every language above.
    """
    if len(count) < 2:
        raise ValueError("entropy over languages needs at least two languages")
    probability = count / np.asarray(tokens, dtype=np.float64)[:, None, None]
    bar = np.sort(probability, axis=None)[round(quantile * probability.size) - 1]
    above = probability > bar
    entropy = np.where(above.any(0), entropy_over_languages(probability), np.inf).ravel()
    lowest = np.argsort(entropy, kind="stable")[:round(rate * entropy.size)]
    chosen = np.zeros(entropy.size, dtype=bool)
    chosen[lowest[np.isfinite(entropy[lowest])]] = True
    return above & chosen.reshape(above.shape[1:])


def read_neurons(path, layers, neurons):
    """neurons.json -> (languages, mask (languages, layers, neurons))."""
    with open(path, encoding="utf8") as file:
        chosen = json.load(file)["languages"]
    mask = np.zeros((len(chosen), layers, neurons), dtype=bool)
    for k, by_layer in enumerate(chosen.values()):
        for layer, numbers in by_layer.items():
            mask[k, int(layer), numbers] = True
    return list(chosen), mask


class MersenneTwister64:
    """C++'s std::mt19937_64 (Nishimura 2000), the source of the random control."""

    def __init__(self, seed):
        self.state, self.position = [seed], 312
        for i in range(1, 312):
            last = self.state[-1]
            self.state.append((6364136223846793005 * (last ^ last >> 62) + i) % 2**64)

    def twist(self):
        for i in range(312):
            x = self.state[i] & ~0x7FFFFFFF | self.state[(i + 1) % 312] & 0x7FFFFFFF
            self.state[i] = self.state[(i + 156) % 312] ^ x >> 1 ^ (0xB5026F5AA96619E9 if x & 1 else 0)
        self.position = 0

    def __call__(self):
        if self.position == 312:
            self.twist()
        x = self.state[self.position]
        self.position += 1
        x ^= x >> 29 & 0x5555555555555555
        x ^= x << 17 & 0x71D67FFFEDA60000
        x ^= x << 37 & 0xFFF7EEE000000000
        return x ^ x >> 43


def distinct_below(n, wanted, random):
    """`wanted` different numbers below n: the head of a Fisher-Yates shuffle."""
    numbers = list(range(n))
    for i in range(wanted):
        j = i + random() % (n - i)
        numbers[i], numbers[j] = numbers[j], numbers[i]
    return numbers[:wanted]


def random_neurons(wanted, layers, neurons, seed):
    """A mask (layers, neurons) with wanted / layers in each layer, one more in as many random ones as are needed."""
    random = MersenneTwister64(seed)
    one_more = distinct_below(layers, wanted % layers, random)
    mask = np.zeros((layers, neurons), dtype=bool)
    for layer in range(layers):
        mask[layer, distinct_below(neurons, wanted // layers + (layer in one_more), random)] = True
    return mask
