#!/usr/bin/env python3
"""The small model of facts in neuroglot against transformers, in fp32 from the same stored weights: ids and logits.

usage: facts_model.py BIN [MODEL]    BIN: the folder of ng-tokenize and ng-activations; MODEL: default apps/facts/model
Every template of every language with one fact, the object as text and as [MASK]s: ids must be equal, logits within 1e-4.
needs: torch transformers safetensors
"""
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertForMaskedLM

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "apps" / "facts"))
import make_corpora  # noqa: E402


def texts():
    facts = make_corpora.load_facts()
    for language in make_corpora.LANGUAGES:
        folder = make_corpora.HERE / "mlama" / language
        for line in (folder / "templates.jsonl").read_text(encoding="utf-8").splitlines():
            template = make_corpora.json.loads(line)
            row = next(row for row in facts[language].values() if row["relation"] == template["relation"])
            for object_ in (row["obj_label"], "[MASK] [MASK]"):
                yield make_corpora.fill(template["template"], row["sub_label"], object_)


def main():
    programs, model = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else str(make_corpora.HERE / "model")
    tokenizer, theirs = AutoTokenizer.from_pretrained(model), BertForMaskedLM.from_pretrained(model, dtype=torch.float32).eval()
    lines = list(texts())
    written = subprocess.run([programs / "ng-tokenize", model, "--special"], input="\n".join(lines) + "\n", text=True,
                             capture_output=True, check=True).stdout.splitlines()
    unequal, worst = 0, 0.0
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for line, ids in zip(lines, written):
            expected = tokenizer(line)["input_ids"]
            unequal += [int(i) for i in ids.split()] != expected
            out = f"{folder}/out.safetensors"
            subprocess.run([programs / "ng-activations", model, "--quiet", "--text", line, "--special", "--sites", "logits", "--out", out], check=True)
            worst = max(worst, (load_file(out)["logits"] - theirs(torch.tensor([expected])).logits[0]).abs().max().item())
    print(f"{len(lines)} texts: {unequal} with other ids, logits differ by at most {worst:.2e}")
    return unequal > 0 or worst > 1e-4 or len(written) != len(lines)


if __name__ == "__main__":
    sys.exit(main())
