#!/usr/bin/env python3
"""Facts whose objects are what a masked language model says, so that a model with random weights predicts some: for testing matches.

usage: echo_facts.py MODEL FACTS OUT [--languages ...] [--max-facts 12] [--space N]
Writes FACTS (mLAMA's format) anew to OUT. Of each relation's facts every third keeps its object; another third gets what MODEL predicts with as
many masks as the object has tokens, as far as its tokenizer reads the text back as those tokens (white-space tokens apart): full matches; the
last third gets that in reverse order: partial matches. --space N: first adds N to MODEL's bias of "\u2581" and saves it, so that masks become the
white-space token that matches drop. needs: torch, transformers
"""
import argparse
import json
import pathlib

import torch
import transformers

import probe


def predicted(scorer, sentence, masks):
    ids = scorer.tokenizer(sentence(" ".join([scorer.tokenizer.mask_token] * masks)))["input_ids"]
    found = []
    scorer.mask_logits([ids], lambda _, logits: found.extend(logits.argmax(-1).tolist()))
    return found


def object_of(scorer, query, kind):
    """The fact's own object where nothing better can be said."""
    tokenizer, space = scorer.tokenizer, scorer.tokenizer.get_vocab().get("\u2581", -1)
    if kind == 0:
        return query.label
    masks = len(probe.ids_of(tokenizer, query.label))
    said = probe.bare(predicted(scorer, query.sentence, min(masks, 4)), space)
    said = said[::-1] if kind == 2 else said
    text = tokenizer.decode(said, clean_up_tokenization_spaces=False).strip()
    return text if text and probe.bare(probe.ids_of(tokenizer, text), space) == said else query.label


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "facts", "out"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--languages", nargs="+")
    parser.add_argument("--max-facts", type=int, default=12)
    parser.add_argument("--space", type=float, default=0)
    options = parser.parse_args()
    model = transformers.AutoModelForMaskedLM.from_pretrained(options.model, dtype=torch.float32).eval()
    scorer = probe.Scorer(model, transformers.AutoTokenizer.from_pretrained(options.model))
    if options.space:
        head = getattr(model, "cls", None)
        bias = head.predictions.bias if head else model.lm_head.bias
        bias.data[scorer.tokenizer.get_vocab()["\u2581"]] += options.space
        model.save_pretrained(options.model)
    languages = options.languages or sorted(path.parent.name for path in options.facts.glob("*/templates.jsonl"))
    changed = 0
    for language in languages:
        (options.out / language).mkdir(parents=True, exist_ok=True)
        frames = (options.facts / language / "templates.jsonl").read_text(encoding="utf-8")
        (options.out / language / "templates.jsonl").write_text(frames, encoding="utf-8")
        for relation, queries in probe.relations_of_facts(options.facts, language, None, options.max_facts):
            rows = []
            for i, query in enumerate(queries):
                label = object_of(scorer, query, i % 3)
                changed += label != query.label
                rows.append({"uuid": query.uuid, "sub_uri": "", "obj_uri": query.uri, "sub_label": query.subject, "obj_label": label})
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (options.out / language / f"{relation}.jsonl").write_text(text, encoding="utf-8")
    print(f"{changed} objects are the model's own words")


main()
