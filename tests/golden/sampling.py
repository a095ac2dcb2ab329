#!/usr/bin/env python3
"""Writes tests/golden/data/sampling.json: scores before and after Hugging Face's logits processors.

usage: sampling.py > tests/golden/data/sampling.json
Each case: 40 scores, the tokens seen, options as generate takes them, and the scores that the processors leave in generate's
order, null where a token can not be drawn. needs: torch, transformers
"""
import json
import math
import sys

import torch
import transformers
from transformers.generation import logits_process as hf

OPTIONS = [{"repetition_penalty": 1.1}, {"repetition_penalty": 0.7}, {"temperature": 0.3}, {"temperature": 2.5}, {"top_k": 1},
           {"top_k": 7}, {"top_k": 100}, {"top_p": 0.9}, {"top_p": 0.3}, {"top_p": 0.0}, {"min_p": 0.05}, {"min_p": 1.0},
           {"temperature": 0.7, "top_k": 20, "top_p": 0.95},
           {"repetition_penalty": 1.3, "temperature": 1.5, "top_k": 30, "top_p": 0.9, "min_p": 0.1}]
IN_ORDER = [("repetition_penalty", hf.RepetitionPenaltyLogitsProcessor), ("temperature", hf.TemperatureLogitsWarper),
            ("top_k", hf.TopKLogitsWarper), ("top_p", hf.TopPLogitsWarper), ("min_p", hf.MinPLogitsWarper)]


def case(options, seed, tied):
    torch.manual_seed(seed)
    scores = torch.randn(40) * 3
    if tied:  # whole numbers, of which many are equal
        scores = scores.round()
    seen = torch.randint(0, 40, (12,))
    processed = scores[None]
    for name, processor in IN_ORDER:
        if name in options:
            processed = processor(options[name])(seen[None], processed)
    return {"options": options, "scores": scores.tolist(), "seen": seen.tolist(),
            "expected": [None if math.isinf(value) else value for value in processed[0].tolist()]}


def main():
    # ties at top-p's border are sorted by torch as it likes
    cases = [case(options, seed, tied) for seed, options in enumerate(OPTIONS) for tied in (False, True)
             if not (tied and "top_p" in options)]
    json.dump({"transformers": transformers.__version__, "torch": torch.__version__, "cases": cases}, sys.stdout)
    print()


main()
