#!/usr/bin/env python3
"""The goldens of tests/experiment/bootstrap.cpp: percentile intervals of a mean over blocks and of paired differences, in numpy.

usage: bootstrap.py > data/bootstrap.json

The generator is written from its definition (Nishimura and Matsumoto's 64-bit Mersenne twister, 2004), the quantiles are
numpy.quantile's. A sample of n blocks is n draws of the generator modulo n, samples one after the other.
needs: numpy
"""
import json
import math

import numpy as np

MASK = (1 << 64) - 1


class MersenneTwister64:
    def __init__(self, seed):
        self.state = [seed]
        for i in range(1, 312):
            last = self.state[-1]
            self.state.append((6364136223846793005 * (last ^ (last >> 62)) + i) & MASK)
        self.at = 312

    def twist(self):
        upper, lower = 0xFFFFFFFF80000000, 0x7FFFFFFF
        for i in range(312):
            x = (self.state[i] & upper) | (self.state[(i + 1) % 312] & lower)
            self.state[i] = self.state[(i + 156) % 312] ^ (x >> 1) ^ (0xB5026F5AA96619E9 if x & 1 else 0)
        self.at = 0

    def __call__(self):
        if self.at == 312:
            self.twist()
        x = self.state[self.at]
        self.at += 1
        x ^= (x >> 29) & 0x5555555555555555
        x ^= (x << 17) & 0x71D67FFFEDA60000
        x ^= (x << 37) & 0xFFF7EEE000000000
        return x ^ (x >> 43)


def interval(statistics):
    return [float(q) for q in np.quantile(statistics, [0.025, 0.975])]


def case(blocks, seed, dice):
    none = dice.normal(3, 0.4, blocks)
    off = none + dice.normal(0.3, 0.1, blocks)
    draw = MersenneTwister64(seed)
    drawn = np.array([[draw() % blocks for _ in range(blocks)] for _ in range(1000)])
    before, after = none[drawn].mean(1), off[drawn].mean(1)
    return {"blocks": blocks, "seed": seed, "none": none.tolist(), "off": off.tolist(), "mean": interval(after),
            "difference": interval(after - before), "ppl_difference": interval(np.exp(after) - np.exp(before))}


def main():
    draw = MersenneTwister64(5489)
    values = [draw() for _ in range(10000)]
    assert values[-1] == 9981545732273789042, "the 10000th number that the C++ standard demands of mt19937_64"
    dice = np.random.default_rng(3)
    print(json.dumps([case(blocks, seed, dice) for blocks, seed in [(2, 1), (7, 1), (40, 5)]], indent=1))
    assert math.isclose(np.quantile([1.0, 2.0, 4.0], 0.25), 1.5)


main()
