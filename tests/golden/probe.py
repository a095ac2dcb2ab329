#!/usr/bin/env python3
"""Probing by transformers, prompt by prompt and unpadded, against ng-probe fact for fact (Zhao et al. 2024, section 3; Kassner et al. 2021).

usage: probe.py MODEL FACTS BIN_FOLDER [--relations N] [--facts N]
Compares full, partial, exact, masks, and the rank among the relation's own objects (mean log probability over their masks). A rank may
differ where two candidates are nearer than 1e-4 nats. needs: torch, transformers
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers


class Probe:
    def __init__(self, folder):
        self.tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
        self.model = transformers.AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        encode = self.tokenizer.backend_tokenizer.encode
        self.ids = lambda text, special: encode(text, add_special_tokens=special).ids
        self.mask_text = next(text for text in ("[MASK]", "<mask>") if len(self.ids(text, False)) == 1)
        self.mask = self.ids(self.mask_text, False)[0]
        self.space = self.tokenizer.backend_tokenizer.token_to_id("\u2581")

    def scores(self, frame, subject, masks):
        """(masks, vocab) log probabilities."""
        x, y = frame.index("[X]"), frame.index("[Y]")
        parts = {x: subject, y: " ".join([self.mask_text] * masks)}
        first, second = sorted(parts)
        text = frame[:first] + parts[first] + frame[first + 3:second] + parts[second] + frame[second + 3:]
        ids = torch.tensor([self.ids(text, True)])
        with torch.inference_mode():
            logits = self.model(ids).logits[0]
        return torch.log_softmax(logits[ids[0] == self.mask].double(), -1)

    def bare(self, ids):
        return [i for i in ids if i != self.space]

    def match(self, frame, subject, gold, most):
        full = partial = exact = False
        masks = {"full": 0, "partial": 0}
        for n in range(1, most + 1):
            predicted = self.scores(frame, subject, n).argmax(-1).tolist()
            exact |= predicted == gold
            is_full = bool(self.bare(gold)) and self.bare(predicted) == self.bare(gold)
            is_partial = bool(self.bare(gold)) and all(i in self.bare(predicted) for i in self.bare(gold))
            if is_full and not full:
                full, masks["full"] = True, n
            if is_partial and not partial:
                partial, masks["partial"] = True, n
        return {"full": full, "partial": partial, "exact": exact, "masks": masks["full"] or masks["partial"]}

    def ranks(self, frame, subject, candidates):
        """{label: score} of all candidates (label: ids)."""
        by_length = {}
        scores = {}
        for label, ids in candidates.items():
            if len(ids) not in by_length:
                by_length[len(ids)] = self.scores(frame, subject, len(ids))
            scores[label] = by_length[len(ids)][torch.arange(len(ids)), torch.tensor(ids)].mean().item()
        return scores


def read(folder, relations, facts):
    for language in sorted(p.parent for p in folder.glob("*/templates.jsonl")):
        frames = {}
        for line in (language / "templates.jsonl").read_text(encoding="utf-8").splitlines():
            frames[json.loads(line)["relation"]] = json.loads(line)["template"]
        for relation in [r for r in frames if (language / f"{r}.jsonl").exists()][:relations]:
            rows = [json.loads(line) for line in (language / f"{relation}.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()]
            yield language.name, relation, frames[relation], rows[:facts or None], dict.fromkeys(row["obj_label"] for row in rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path, metavar="facts")
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--relations", type=int, default=None)
    parser.add_argument("--facts", type=int, default=0)
    options = parser.parse_args()
    groups = list(read(options.data, options.relations, options.facts))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "hits.jsonl"
        subprocess.run([options.bin / "ng-probe", options.model, "--facts", options.data, "--protocol", "match", "ranked", "--max-facts",
                        str(options.facts), "--out", out, "-q", "--relations", *sorted({relation for _, relation, _, _, _ in groups})],
                       check=True, capture_output=True)
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()[1:]]
    ours = {(line["language"], line["relation"], line["uuid"]): line for line in lines}
    probe = Probe(options.model)
    compared = hits = wrong = ties = 0
    for language, relation, frame, rows, labels in groups:
        ids = {label: probe.ids(label, False) for label in labels}
        most = max(len(ids[row["obj_label"]]) for row in rows)
        for row in rows:
            line = ours[language, relation, row["uuid"]]
            found = probe.match(frame, row["sub_label"], ids[row["obj_label"]], most)
            scores = probe.ranks(frame, row["sub_label"], ids)
            own = scores[row["obj_label"]]
            low = 1 + sum(score > own + 1e-4 for score in scores.values())
            high = sum(score > own - 1e-4 for score in scores.values())
            compared, hits = compared + 1, hits + found["full"]
            ties += low != high
            if any(line[key] != value for key, value in found.items()) or not low <= line["rank"] <= max(low, high):
                wrong += 1
                print(f"{language} {relation} {row['uuid']}: {found}, rank {low} to {high}; ng-probe says {line}")
    print(f"{compared} facts of {len(groups)} relations, {hits} full matches, {ties} ranks with near ties: {wrong} differ")
    sys.exit(1 if wrong or not compared else 0)


main()
