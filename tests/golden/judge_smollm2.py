#!/usr/bin/env python3
"""Answers of ng-steer and what ng-judge says of them, against transformers, pycld2 (CLD2 as another build of another version) and
numpy: greedy answers, losses given the prompt, languages, and means.

usage: judge_smollm2.py MODEL ANSWERS JUDGEMENT [--answers N] [--losses N]    (JUDGEMENT by ng-judge --model MODEL)
needs: torch, transformers, tokenizers, numpy; pycld2 where it is there
"""
import argparse
import json
import sys

import numpy
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM


def read(path):
    lines = [json.loads(line) for line in open(path, encoding="utf-8")]
    return lines[0]["provenance"], lines[1:]


def same_answers(model, tokenizer, provenance, answers, wanted):
    """How many of the answers with no neuron changed transformers' generate gives too."""
    normal = [a for a in answers if a["condition"] == "normal"]
    some = normal[:: max(1, len(normal) // wanted)][:wanted]
    equal = 0
    for answer in some:
        ids = torch.tensor([tokenizer.encode(answer["prompt"]).ids])
        made = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=provenance["max_new_tokens"],
                              repetition_penalty=provenance["repetition_penalty"])[0, ids.shape[1]:]
        text = tokenizer.decode(made.tolist(), skip_special_tokens=True)
        text = min((text.split(stop)[0] for stop in provenance["stop"]), key=len)
        equal += text == answer["answer"]
    print(f"{equal} of {len(some)} answers equal transformers'")
    return equal == len(some)


def loss(model, tokenizer, answer):
    prompt = tokenizer.encode(answer["prompt"]).ids
    text = tokenizer.encode(answer["answer"], add_special_tokens=False).ids
    if not text:
        return None
    ids = torch.tensor([prompt + text])
    logs = torch.log_softmax(model(ids).logits[0].double(), dim=-1)
    return -numpy.mean([logs[i - 1, ids[0, i]].item() for i in range(len(prompt), ids.shape[1])])


def same_losses(model, tokenizer, answers, judged, wanted):
    worst = 0
    for i in range(0, len(answers), max(1, len(answers) // wanted)):
        expected, found = loss(model, tokenizer, answers[i]), judged[i].get("nll")
        if (expected is None) != (found is None):
            print(f"answer {i}: loss {found}, transformers has {expected}")
            return False
        worst = max(worst, abs(expected - found) / expected if found else 0)
    print(f"losses differ from transformers' by at most {worst:.1e}, relative")
    return worst < 1e-5


def same_languages(answers, judged):
    try:
        import pycld2
    except ImportError:
        print("pycld2 is not there: languages are not compared")
        return True
    fold = lambda code: {"iw": "he", "nb": "no", "nn": "no"}.get(code.split("-")[0].lower(), code.split("-")[0].lower())
    equal = total = 0
    for answer, found in zip(answers, judged):
        text = "".join(" " if ord(c) < 32 or ord(c) == 127 else c for c in answer["answer"])
        if not text.strip():
            total, equal = total + 1, equal + (found["verdict"] == "empty")
            continue
        reliable, _, details = pycld2.detect(text)
        language = fold(details[0][1]) if reliable and details[0][1] != "un" else ""
        total, equal = total + 1, equal + (language == found["language"])
    print(f"{equal} of {total} languages are pycld2's first language")
    return equal > 0.9 * total  # which is not the summary where a text is mixed


def same_means(judgement):
    for cell in judgement["cells"]:
        mine = [a for a in judgement["answers"] if all(a[k] == cell[k] for k in ("condition", "off", "on", "question_language"))]
        accuracy = numpy.mean([a["language"] == cell["target_language"] for a in mine])
        losses = [a["nll"] for a in mine if "nll" in a]
        if abs(accuracy - cell["accuracy"]["mean"]) > 1e-12 or len(mine) != cell["answers"]:
            print("another accuracy:", cell, accuracy)
            return False
        if losses and abs(numpy.exp(numpy.mean(losses)) / cell["perplexity"]["mean"] - 1) > 1e-12:
            print("another perplexity:", cell, numpy.exp(numpy.mean(losses)))
            return False
    print(f"the means of {len(judgement['cells'])} cells are numpy's")
    return True


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("model")
    parser.add_argument("answers_file")
    parser.add_argument("judgement")
    parser.add_argument("--answers", type=int, default=14)
    parser.add_argument("--losses", type=int, default=30)
    options = parser.parse_args()
    provenance, answers = read(options.answers_file)
    judgement = json.load(open(options.judgement, encoding="utf-8"))
    tokenizer = Tokenizer.from_file(options.model + "/tokenizer.json")  # transformers may build one of its own
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        good = [same_answers(model, tokenizer, provenance, answers, options.answers),
                same_losses(model, tokenizer, answers, judgement["answers"], options.losses),
                same_languages(answers, judgement["answers"]), same_means(judgement)]
    return 0 if all(good) else 1


sys.exit(main())
