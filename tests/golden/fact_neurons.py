#!/usr/bin/env python3
"""Neurons of facts in numpy and transformers, from the definitions alone: every pair of facts is compared (Zhao et al. 2024,
section 5; Antverg and Belinkov 2022).

usage: fact_neurons.py                                      writes data/facts/fact_neurons/scores.json, the golden of
                                                            tests/analysis/fact_neurons.cpp
       fact_neurons.py MODEL FACTS HITS BIN_FOLDER          runs ng-fact-neurons and compares all it writes, fact for fact
needs: numpy; for the second use torch and transformers
"""
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

TOP = 50


def distances(q):
    """q (facts, neurons) -> (facts, facts, neurons) of |q_f - q_g|, in double."""
    q = q.astype(np.float64)
    return np.abs(q[:, None] - q[None])


def scores(q, policy):
    """(facts, neurons)"""
    n = len(q)
    if policy == "probeless":
        apart = distances(q)
        return np.stack([apart[f, np.arange(n) != f].mean(axis=0) for f in range(n)])
    if policy == "neurox":
        return distances(q).sum(axis=1)
    if policy == "original":
        return np.tile(sum(np.abs(a - b) for a, b in itertools.combinations(q.astype(np.float64), 2)), (n, 1))
    return np.abs(q.astype(np.float64) - q.astype(np.float64).mean(axis=0))  # deviation


def top(row, k=TOP):
    """Ties to the lower layer and neuron, neurons of score 0 left out; scores compared as floats, as they are kept."""
    row = row.astype(np.float32)
    order = np.lexsort((np.arange(len(row)), -row.astype(np.float64)))
    return sorted(int(i) for i in order[:k] if row[i] > 0)


def jaccard(a, b):
    a, b = set(a), set(b)
    return len(a & b) / len(a | b) if a | b else 0.0


POLICIES = ("probeless", "neurox", "original", "deviation")


def case(q, k):
    q = q.astype(np.float32)
    return {"q": q.astype(float).tolist(), "top": k,
            "policies": {p: {"scores": scores(q, p).tolist(), "top": [top(row, k) for row in scores(q, p)]} for p in POLICIES}}


def make_golden(out):
    dice = np.random.default_rng(5)
    random = dice.normal(size=(12, 40))
    ties = dice.integers(-2, 3, size=(9, 40)) / 2.0  # exact in float: many equal values and equal scores
    dead = dice.normal(size=(6, 40))
    dead[:, ::3] = 0
    dead[:, 1] = 7.25  # always the same
    near = 1e4 + dice.normal(size=(8, 20)) * 1e-2  # differences far below the size of the values
    golden = {"random": case(random, 10), "ties": case(ties, 10), "dead": case(dead, 35), "two facts": case(random[:2], 10), "near": case(near, 5)}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(golden) + "\n")


def vectors(model, tokenizer, prompts):
    """Output of each layer's activation function at the masks, averaged over them: (prompts, layers * intermediate)."""
    import torch
    seen = []
    hooks = [layer.intermediate.register_forward_hook(lambda module, inputs, output: seen.append(output[0]))
             for layer in model.base_model.encoder.layer]
    rows = []
    for prompt in prompts:
        encoded = tokenizer(prompt, return_tensors="pt")
        seen.clear()
        with torch.no_grad():
            model(**encoded)
        masks = encoded.input_ids[0] == tokenizer.mask_token_id
        rows.append(torch.cat([layer[masks].mean(dim=0) for layer in seen]).numpy())
    for hook in hooks:
        hook.remove()
    return np.stack(rows)


def read_scores(path):
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:8 + size])
    begin, end = header["scores"]["data_offsets"]
    return np.frombuffer(raw[8 + size + begin:8 + size + end], np.float32).reshape(header["scores"]["shape"]), json.loads(header["__metadata__"]["uuids"])


def switched_off(model, tokenizer, prompt, object_ids, neurons, width):
    """(answer is the object, mean log probability of the object) with these neurons at 0."""
    import torch

    def off(layer):
        columns = [n % width for n in neurons if n // width == layer]
        return lambda module, inputs, output: output.index_fill(2, torch.tensor(columns, dtype=torch.long), 0.0)
    hooks = [layer.intermediate.register_forward_hook(off(i)) for i, layer in enumerate(model.base_model.encoder.layer)]
    encoded = tokenizer(prompt, return_tensors="pt")
    with torch.no_grad():
        logits = model(**encoded).logits[0][encoded.input_ids[0] == tokenizer.mask_token_id].double()
    for hook in hooks:
        hook.remove()
    logs = logits.log_softmax(dim=1)
    target = torch.tensor(object_ids)
    return logits.argmax(dim=1).tolist() == object_ids, logs[torch.arange(len(target)), target].mean().item()


def compare(folder, facts, hits, programs):
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer
    # weights stored as fp16 would be computed with as fp16 too
    model, tokenizer = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval(), AutoTokenizer.from_pretrained(folder)
    out = pathlib.Path(tempfile.mkdtemp())
    subprocess.run([programs / "ng-fact-neurons", folder, "--facts", facts, "--hits", hits, "--out", out / "fact_neurons.json", "--sets", out / "sets.jsonl",
                    "--scores", out / "scores", "--off", "all", "--off-facts", "25", "--seeds", "0", "-q"], check=True, stdout=subprocess.DEVNULL)
    file = json.loads((out / "fact_neurons.json").read_text())
    width = file["neurons_per_layer"]
    found = {}
    for line in (out / "sets.jsonl").read_text().splitlines()[1:]:
        line = json.loads(line)
        for fact in line["facts"]:
            found[line["language"], fact["uuid"]] = sorted(int(l) * width + n for l, ns in fact["neurons"].items() for n in ns)
    full = {}
    for line in map(json.loads, pathlib.Path(hits).read_text().splitlines()[1:]):
        if line["full"]:
            full[line["language"], line["uuid"]] = line["masks"]
    languages = file["sharing"]["languages"]
    tops, prompts, objects, worst, wrong, checked, near = {}, {}, {}, 0.0, 0, 0, 0
    for language in languages:
        for template in map(json.loads, (pathlib.Path(facts) / language / "templates.jsonl").read_text().splitlines()):
            path = pathlib.Path(facts) / language / (template["relation"] + ".jsonl")
            rows = [r for r in map(json.loads, path.read_text().splitlines()) if (language, r["uuid"]) in full] if path.exists() else []
            if len(rows) < 2:
                continue
            for r in rows:
                masks = " ".join([tokenizer.mask_token] * full[language, r["uuid"]])
                prompts[language, r["uuid"]] = template["template"].replace("[Y]", masks).replace("[X]", r["sub_label"])
                objects[language, r["uuid"]] = tokenizer(r["obj_label"], add_special_tokens=False).input_ids
            expected = scores(vectors(model, tokenizer, [prompts[language, r["uuid"]] for r in rows]), "probeless")
            ours, uuids = read_scores(out / "scores" / f"{language}.{template['relation']}.safetensors")
            assert uuids == [r["uuid"] for r in rows], "other facts"
            ours = ours.reshape(len(rows), -1)
            worst = max(worst, float((np.abs(ours - expected).max(axis=1) / expected.max(axis=1)).max()))
            for r, row in zip(rows, expected):
                tops[language, r["uuid"]] = top(row)
                checked += 1
                if tops[language, r["uuid"]] != found[language, r["uuid"]]:
                    ordered = np.sort(row)[::-1]
                    near += (ordered[TOP - 1] - ordered[TOP]) / ordered[TOP] < 1e-5
                    wrong += 1
    print(f"{checked} facts: scores apart by at most {worst:.2e} of a fact's largest; {wrong} sets differ, {near} of them by neurons whose scores are within 1e-5")
    apart = 0.0
    for k, row in zip(languages, file["sharing"]["similarity"]):
        for c, value in zip(languages, row):
            common = [u for (l, u) in tops if l == k and (c, u) in tops]
            if common and k != c:
                apart = max(apart, abs(value - np.mean([jaccard(tops[k, u], tops[c, u]) for u in common])))
    print(f"similarities apart by at most {apart:.2e}")
    off_apart = check_off(file["off"], out, model, tokenizer, prompts, objects, found, width, (folder, facts, hits, programs))
    ok = worst < 1e-5 and wrong == near and apart < (1e-12 if wrong == 0 else 1e-3) and off_apart < 1e-4 and set(tops) == set(found)
    print("ok" if ok else "FAILED")
    return ok


def check_off(off, out, model, tokenizer, prompts, objects, found, width, run):
    """A run over all facts of the first two languages, one off: P@1 and change, here and there."""
    source, target = off["sources"][0], off["targets"][1]
    folder, facts, hits, programs = run
    subprocess.run([programs / "ng-fact-neurons", folder, "--facts", facts, "--hits", hits, "--out", out / "off.json", "--off", source, "--off-facts", "0",
                    "--seeds", "0", "-q"], check=True, stdout=subprocess.DEVNULL)
    ours = json.loads((out / "off.json").read_text())["off"]
    column = ours["targets"].index(target)
    rows = []
    for language, uuid in found:
        if language != source or (target, uuid) not in found:
            continue
        plain_hit, plain = switched_off(model, tokenizer, prompts[target, uuid], objects[target, uuid], [], width)
        if plain_hit:
            hit, log = switched_off(model, tokenizer, prompts[target, uuid], objects[target, uuid], found[source, uuid], width)
            rows.append((hit, log - plain))
    p_at_1, change = np.mean([hit for hit, _ in rows]), np.mean([change for _, change in rows])
    print(f"{source}'s neurons off, asked in {target}: {len(rows)} facts, P@1 {p_at_1:.4f} change {change:.6f}; "
          f"ng-fact-neurons {ours['facts'][0][column]}, {ours['p_at_1'][0][column]:.4f}, {ours['change'][0][column]:.6f}")
    assert ours["facts"][0][column] == len(rows)
    return max(abs(p_at_1 - ours["p_at_1"][0][column]), abs(change - ours["change"][0][column]))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        make_golden(pathlib.Path(__file__).resolve().parent / "data/facts/fact_neurons/scores.json")
    else:
        sys.exit(0 if compare(sys.argv[1], sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])) else 1)
