#!/usr/bin/env python3
"""Greedy generation of ng-generate against Hugging Face's generate, token for token, with neurons off and on.

20 prompts in five languages, each with repetition penalty 1.0 and 1.1, with all neurons as they are, with French's off, and with
English's off and French's set to their mean activation (in transformers by forward hooks on the activation functions; a neuron in
both is on). Where the tokens differ, the two tokens' scores at the first difference are computed in one whole pass: the difference
counts as explained where they are closer than TIE. Exit status 1 where one is not.

usage: generate_smollm2.py MODEL NEURONS.json STATS.safetensors --ng build/release/apps/ng-generate
needs: torch, transformers, safetensors, numpy
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import safetensors.numpy
import torch
import transformers

import hf_sites
import lape

TIE = 1e-4  # logits of the two programs differ by up to 5e-5 each way
PROMPTS = ["The capital of France is", "Q: What makes a good teacher?\nA:", "Once upon a time", "def fibonacci(n):", "My favourite food is",
           "In the year 2050, the world's population", "Water boils at", "La ville de Paris est", "Il était une fois une petite fille qui",
           "Q : Pourquoi le ciel est-il bleu ?\nR :", "Les droits de l'homme sont", "中国的首都是", "今天天气很好，", "人工智能的发展",
           "日本の首都は", "むかしむかし、あるところに", "Việt Nam là một quốc gia", "Thủ đô của Pháp là", "1, 2, 3, 4,",
           "The following is a list of the planets of the solar system, in order of their distance from the sun:\n\n1."]
SETTINGS = {"as it is": {}, "fr off": {"off": "fr"}, "en off, fr on": {"off": "en", "on": "fr"}}


class Steered:
    """While it lasts, neurons of language `off` give 0 and those of language `on` their mean activation in it."""

    def __init__(self, model, neurons, stats, off=None, on=None):
        shape = (model.config.num_hidden_layers, model.config.intermediate_size)
        languages, masks = lape.read_neurons(neurons, *shape)
        arrays = safetensors.numpy.load_file(stats)
        with safetensors.safe_open(stats, "np") as file:
            recorded = json.loads(file.metadata()["languages"])
        self.factor, self.value = np.ones(shape, np.float32), np.zeros(shape, np.float32)
        if off:
            self.factor[masks[languages.index(off)]] = 0
        if on:
            mask, k = masks[languages.index(on)], recorded.index(on)
            self.factor[mask] = 0
            self.value[mask] = (arrays["sum"][k] / arrays["tokens"][k])[mask]
        self.modules = [layer.mlp.act_fn for layer in model.model.layers]
        self.changes = bool(off or on)

    def __enter__(self):
        def hook(factor, value):
            return lambda module, inputs, output: torch.where(factor == 1, output, value)

        rows = zip(self.modules, torch.from_numpy(self.factor), torch.from_numpy(self.value))
        self.handles = [module.register_forward_hook(hook(*row)) for module, *row in rows] if self.changes else []

    def __exit__(self, *error):
        for handle in self.handles:
            handle.remove()


class Penalty(transformers.LogitsProcessor):
    """Hugging Face's repetition penalty for each row of a padded batch, which must not take padding for a token that was seen."""

    def __init__(self, penalty, padding):
        self.processor, self.padding = transformers.RepetitionPenaltyLogitsProcessor(penalty), padding

    def __call__(self, ids, scores):
        rows = zip(ids, scores, self.padding)
        return torch.cat([self.processor(row[None, padding:], score[None]) for row, score, padding in rows])


def theirs(model, prompts, penalty, tokens):
    """What generate makes of the prompts (lists of ids): of several in one batch, padded on the left."""
    width, end = max(map(len, prompts)), model.generation_config.eos_token_id
    padding = [width - len(ids) for ids in prompts]
    batch = torch.tensor([[end] * padded + ids for padded, ids in zip(padding, prompts)])
    mask = torch.tensor([[0] * padded + [1] * len(ids) for padded, ids in zip(padding, prompts)])
    processors = transformers.LogitsProcessorList([Penalty(penalty, padding)] if penalty != 1 else [])
    with torch.inference_mode():
        made = model.generate(batch, attention_mask=mask, do_sample=False, logits_processor=processors, max_new_tokens=tokens)
    rows = made[:, width:].tolist()
    return [row[:row.index(end) + 1] if end in row else row for row in rows]


def ours(arguments, penalty, setting):
    with tempfile.TemporaryDirectory() as folder:
        prompts, out = pathlib.Path(folder) / "prompts.jsonl", pathlib.Path(folder) / "out.jsonl"
        prompts.write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in PROMPTS))
        command = [arguments.ng, arguments.model, "--prompts", prompts, "--out", out, "--max-new-tokens", arguments.tokens,
                   "--repetition-penalty", penalty, "--neurons", arguments.neurons, "--stats", arguments.stats, "--batch", 7, "-q"]
        for option, language in setting.items():
            command += [f"--{option}", language]
        subprocess.run(list(map(str, command)), check=True)
        return [json.loads(line)["ids"] for line in out.read_text().splitlines()[1:]]


def gap(model, ids, penalty, a, b):
    """How much higher token b's score is than a's after these ids, as the repetition penalty leaves them."""
    with torch.inference_mode():
        scores = model(torch.tensor([ids])).logits[:, -1]
    if penalty != 1:
        scores = transformers.RepetitionPenaltyLogitsProcessor(penalty)(torch.tensor([ids]), scores)
    return float(scores[0, b] - scores[0, a])


def compare(model, prompt_ids, penalty, found, expected):
    """'' where they are equal, else what and whether it is a near-tie."""
    if found == expected:
        return "", True
    at = next((i for i, (a, b) in enumerate(zip(found, expected)) if a != b), None)
    if at is None:
        return f"{len(found)} tokens for {len(expected)}", False
    apart = gap(model, prompt_ids + expected[:at], penalty, found[at], expected[at])
    return f"token {at}: {found[at]} for {expected[at]}, whose scores are {apart:.1e} apart", abs(apart) <= TIE


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("neurons", type=pathlib.Path)
    parser.add_argument("stats")
    parser.add_argument("--ng", default="build/release/apps/ng-generate")
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--single", action="store_true", help="transformers one prompt at a time: slow, and without any padding")
    arguments = parser.parse_args()
    model = hf_sites.load(arguments.model)
    # not AutoTokenizer, which for some classes builds a pre-tokenizer of its own in place of the file's
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=f"{arguments.model}/tokenizer.json")
    prompts = [tokenizer(prompt).input_ids for prompt in PROMPTS]
    batches = [[ids] for ids in prompts] if arguments.single else [prompts]
    unexplained = 0
    for penalty in (1.0, 1.1):
        for name, setting in SETTINGS.items():
            found, equal = ours(arguments, penalty, setting), 0
            with Steered(model, arguments.neurons, arguments.stats, **setting):
                expected = [row for some in batches for row in theirs(model, some, penalty, arguments.tokens)]
                for prompt, prompt_ids, ids, wanted in zip(PROMPTS, prompts, found, expected):
                    said, fine = compare(model, prompt_ids, penalty, ids, wanted)
                    equal += not said
                    unexplained += not fine
                    if said:
                        print(f"  {prompt!r}: {said}{'' if fine else '  UNEXPLAINED'}")
            print(f"repetition penalty {penalty}, {name}: {equal} of {len(PROMPTS)} prompts equal over {arguments.tokens} tokens",
                  flush=True)
    sys.exit(1 if unexplained else 0)


main()
