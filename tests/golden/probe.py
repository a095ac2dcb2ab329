#!/usr/bin/env python3
"""The probing protocols of ng-probe written anew with transformers and numpy, and the comparison with what ng-probe wrote, fact for fact.

usage: probe.py MODEL --hits hits.jsonl (--facts DIR | --bmlama DIR) --protocol match ranked|sentence [--candidates DIR] [--score mean|sum]
                [--languages ...] [--max-masks N] [--max-facts N] [--rankc probe.json]
Says how many facts agree in full, partial, exact, masks, prediction and rank; ends with status 1 where one does not. Two programs that add
up floats in different orders can not agree where two scores are closer than --near (default 1e-4): such facts are counted and may differ.
needs: torch, transformers, numpy
"""
import argparse
import json
import math
import pathlib
import sys

import numpy as np
import torch
import transformers

transformers.utils.logging.disable_progress_bar()


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


class Query:
    def __init__(self, uuid, before, after, subject, label, uri, candidates, keys):
        self.uuid, self.subject, self.label, self.uri, self.candidates, self.keys = uuid, subject, label, uri, candidates, keys
        self.sentence = lambda text: (before + text + after).replace("\0", subject)


def relations_of_facts(folder, language, candidates_folder, max_facts):
    """[(relation, [Query])] in mLAMA's order, with what can not be used left out as docs/probe.md says."""
    uuids, found = set(), []
    typed = {}
    if candidates_folder and (candidates_folder / f"{language}.json").exists():
        typed = json.loads((candidates_folder / f"{language}.json").read_text(encoding="utf-8"))
    for entry in lines(folder / language / "templates.jsonl"):
        frame, path = entry["template"], folder / language / f"{entry['relation']}.jsonl"
        if frame.count("[X]") != 1 or frame.count("[Y]") != 1 or not path.exists():
            continue
        before, after = frame.replace("[X]", "\0").split("[Y]")
        rows = []
        for row in lines(path):
            if row["sub_label"].strip() and row["obj_label"].strip() and row["uuid"] not in uuids:
                uuids.add(row["uuid"])
                rows.append(row)
        if not rows:
            continue
        uri = {}
        for row in rows:
            uri.setdefault(row["obj_label"], row["obj_uri"])
        labels = list(dict.fromkeys(list(typed.get(entry["relation"], {}).get("objects", [])) + list(uri)))
        keys = [uri.get(label, "") for label in labels]
        rows = rows[:max_facts] if max_facts else rows
        found.append((entry["relation"], [Query(r["uuid"], before, after, r["sub_label"], r["obj_label"], r["obj_uri"], labels, keys)
                                          for r in rows]))
    return found


def relations_of_bmlama(folder, language, max_facts):
    rows = [line.split("\t") for line in (folder / f"{language}.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    answers, queries = {row[1] for row in rows}, []
    for number, (prompt, answer, candidates, _) in enumerate(rows[:max_facts or None], 1):
        parts, labels = candidates.split(", "), []
        while parts:
            length = max([n for n in range(1, len(parts) + 1) if ", ".join(parts[:n]) in answers], default=1)
            labels.append(", ".join(parts[:length]))
            parts = parts[length:]
        keys = [str(n) for n in range(1, len(labels) + 1)]
        if answer not in labels:
            labels.append(answer)
            keys.append("")
        before, after = prompt.split("<mask>")
        queries.append(Query(f"row {number}", before, after, "", answer, "", labels, keys))
    return [("BMLAMA", queries)]


class Scorer:
    """Runs prompts in padded batches, longest first; of masked models only the mask rows reach the vocabulary."""

    def __init__(self, model, tokenizer, batch=64):
        self.model, self.tokenizer, self.batch = model, tokenizer, batch
        self.longest = getattr(model.config, "max_position_embeddings", 10**9)
        if "roberta" in model.config.model_type:
            self.longest -= model.config.pad_token_id + 1
        pad = tokenizer.pad_token_id
        self.pad = 0 if pad is None else pad

    def batches(self, prompts):
        order = sorted(range(len(prompts)), key=lambda i: -len(prompts[i]))
        for at in range(0, len(order), self.batch):
            chosen = order[at:at + self.batch]
            width = len(prompts[chosen[0]])
            ids = torch.full((len(chosen), width), self.pad)
            mask = torch.zeros((len(chosen), width), dtype=torch.long)
            for row, i in enumerate(chosen):
                ids[row, :len(prompts[i])] = torch.tensor(prompts[i])
                mask[row, :len(prompts[i])] = 1
            yield chosen, ids, mask

    def mask_logits(self, prompts, use):
        """use(i, logits (masks, vocab)) for each prompt."""
        with torch.no_grad():
            for chosen, ids, mask in self.batches(prompts):
                hidden = self.model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state
                head = getattr(self.model, "cls", None) or self.model.lm_head
                at = ids == self.tokenizer.mask_token_id
                logits, first = head(hidden[at]), 0
                for row, i in enumerate(chosen):
                    n = int(at[row].sum())
                    use(i, logits[first:first + n])
                    first += n

    def sentence_scores(self, sentences, score):
        scores = [0.0] * len(sentences)
        with torch.no_grad():
            for chosen, ids, mask in self.batches(sentences):
                logits = torch.log_softmax(self.model(input_ids=ids, attention_mask=mask).logits.double(), -1)
                for row, i in enumerate(chosen):
                    n = len(sentences[i])
                    each = logits[row, torch.arange(n - 1), ids[row, 1:n]]
                    scores[i] = float(each.mean() if score == "mean" else each.sum())
        return scores


def bare(ids, white_space):
    return [i for i in ids if i != white_space]


def ids_of(tokenizer, label):
    return tokenizer.convert_tokens_to_ids(tokenizer.tokenize(label))


def prompt_ids(scorer, query, n):
    return scorer.tokenizer(query.sentence(" ".join([scorer.tokenizer.mask_token] * n)))["input_ids"]


def match(scorer, queries, max_masks, near):
    """A dictionary a fact; None for what has to be left out."""
    tokenizer = scorer.tokenizer
    vocab = tokenizer.get_vocab()
    white_space = vocab.get("\u2581", -1)
    gold = [ids_of(tokenizer, q.label) for q in queries]
    cap = lambda n: min(n, max_masks) if max_masks else n
    fits = [len(g) > 0 and len(prompt_ids(scorer, q, cap(len(g)))) <= scorer.longest for q, g in zip(queries, gold)]
    counts = max([cap(len(g)) for g, fit in zip(gold, fits) if fit], default=0)
    owner, prompts = [], []
    for i, q in enumerate(queries):
        for n in range(1, counts + 1):
            ids = prompt_ids(scorer, q, n) if fits[i] else []
            if fits[i] and len(ids) <= scorer.longest:
                owner.append((i, n))
                prompts.append(ids)
    best, margin = {}, {}

    def use(p, logits):
        top = torch.topk(logits, 2, dim=-1).values
        best[owner[p]] = logits.argmax(-1).tolist()
        margin[owner[p]] = float((top[:, 0] - top[:, 1]).min())

    scorer.mask_logits(prompts, use)
    found = []
    for i, g in enumerate(gold):
        if not fits[i]:
            found.append(None)
            continue
        of = {n: best[(i, n)] for n in range(1, counts + 1) if (i, n) in best}
        target = bare(g, white_space)
        full = [n for n, ids in of.items() if target and bare(ids, white_space) == target]
        partial = [n for n, ids in of.items() if target and set(target) <= set(ids)]
        exact = [n for n, ids in of.items() if ids == g]
        masks = min(full) if full else min(partial) if partial else 0
        shown = masks or max(n for n in of if n <= len(g))
        found.append({"full": bool(full), "partial": bool(partial), "exact": bool(exact), "masks": masks, "object_tokens": len(g),
                      "prediction": tokenizer.decode(of[shown], clean_up_tokenization_spaces=False),
                      "near": any(margin[(i, n)] < near for n in of)})
    return found


def masked_scores(scorer, queries):
    """Scores of each query's candidates: mean log probability over their masks."""
    tokenizer = scorer.tokenizer
    cache, prompts, owner, scores = {}, [], [], []
    for i, q in enumerate(queries):
        key = id(q.candidates)
        if key not in cache:
            cache[key] = [ids_of(tokenizer, c) for c in q.candidates]
        tokens = cache[key]
        made = {n: prompt_ids(scorer, q, n) for n in {len(t) for t in tokens} - {0}}
        if len(ids_of(tokenizer, q.label)) == 0 or any(len(ids) > scorer.longest for ids in made.values()):
            scores.append(None)
            continue
        scores.append(np.full(len(tokens), -math.inf))
        for n, ids in made.items():
            owner.append((i, n, [(c, t) for c, t in enumerate(tokens) if len(t) == n]))
            prompts.append(ids)

    def use(p, logits):
        i, n, candidates = owner[p]
        log_p = torch.log_softmax(logits.double(), -1)
        for c, t in candidates:
            scores[i][c] = float(log_p[torch.arange(n), torch.tensor(t)].mean())

    scorer.mask_logits(prompts, use)
    return scores


def sentence_scores(scorer, queries, score):
    sentences, owner, kept = [], [], []
    for i, q in enumerate(queries):
        ids = [scorer.tokenizer(q.sentence(c))["input_ids"] for c in q.candidates]
        kept.append(all(2 <= len(s) <= scorer.longest for s in ids))
        if kept[-1]:
            owner += [(i, c) for c in range(len(ids))]
            sentences += ids
    scores = [np.zeros(len(q.candidates)) if keep else None for q, keep in zip(queries, kept)]
    for (i, c), value in zip(owner, scorer.sentence_scores(sentences, score)):
        scores[i][c] = value
    return scores


def rank(query, scores, near):
    """(rank, the least and the largest it may be)."""
    own = scores[query.candidates.index(query.label)]
    others = np.delete(scores, query.candidates.index(query.label))
    return 1 + int((scores > own).sum()), 1 + int((others > own + near).sum()), 1 + int((others > own - near).sum())


def rankc(orders, keys):
    """Qi et al. 2023 for two orders of candidate numbers with their keys; None with fewer than two in common."""
    lists = []
    for order, of in zip(orders, keys):
        lists.append(list(dict.fromkeys(of[c] for c in order if of[c])))
    both = set(lists[0]) & set(lists[1])
    one, two = ([k for k in of if k in both] for of in lists)
    n = len(one)
    if n < 2:
        return None
    weights = np.exp(-np.arange(n, dtype=float))
    overlap = [len(set(one[:j]) & set(two[:j])) / j for j in range(1, n + 1)]
    return float((weights / weights.sum() * overlap).sum())


def probe(options, language):
    """{(relation, uuid): what was found}, {(relation, uuid): (order, keys)} for one language."""
    scorer = options.scorer
    relations = (relations_of_facts(options.facts, language, options.candidates, options.max_facts) if options.facts
                 else relations_of_bmlama(options.bmlama, language, options.max_facts))
    found, orders = {}, {}
    for relation, queries in relations:
        if options.relations and relation not in options.relations:
            continue
        results = [{} for _ in queries]
        if "match" in options.protocol:
            results = match(scorer, queries, options.max_masks, options.near)
        ranking = None
        if "ranked" in options.protocol:
            ranking = masked_scores(scorer, queries)
        if "sentence" in options.protocol:
            ranking = sentence_scores(scorer, queries, options.score)
        for i, query in enumerate(queries):
            result = results[i]
            if result is None or (ranking and ranking[i] is None):
                continue
            if ranking:
                result["rank"], result["rank_low"], result["rank_high"] = rank(query, ranking[i], options.near)
                orders[(relation, query.uuid)] = (np.argsort(-ranking[i], kind="stable").tolist(), query.keys)
            found[(relation, query.uuid)] = result
    return found, orders


FIELDS = ("full", "partial", "exact", "masks", "object_tokens", "prediction")


def differs(own, theirs):
    fields = [f for f in FIELDS if f in own and own[f] != theirs[f] and not own.get("near")]
    if "rank" in own and not own["rank_low"] <= theirs["rank"] <= own["rank_high"]:
        fields.append("rank")
    return fields


def compare(options):
    hits = {}
    for line in lines(options.hits)[1:]:
        hits.setdefault(line["language"], {})[(line["relation"], line["uuid"])] = line
    wrong, all_orders = 0, {}
    for language in options.languages or hits:
        own, all_orders[language] = probe(options, language)
        theirs = hits[language]
        different = [(key, differs(own[key], theirs[key])) for key in own if key in theirs]
        bad = [(key, fields) for key, fields in different if fields]
        missing = set(own) ^ set(theirs)
        wrong += len(bad) + len(missing)
        near = sum(1 for f in own.values() if f.get("near") or f.get("rank_low") != f.get("rank_high"))
        count = lambda f: sum(1 for one in own.values() if one.get(f))
        print(f"{language}: {len(own)} facts, full {count('full')}, partial {count('partial')}, exact {count('exact')}, first "
              f"{sum(1 for o in own.values() if o.get('rank') == 1)}; {len(bad)} differ, {len(missing)} on one side only, {near} near ties",
              flush=True)
        for key, fields in bad[:5]:
            print("   ", key, {f: (own[key][f], theirs[key][f]) for f in fields})
    if options.rankc:
        wrong += compare_rankc(options, all_orders)
    print("all facts agree" if wrong == 0 else f"{wrong} facts DIFFER")
    return 0 if wrong == 0 else 1


def compare_rankc(options, orders):
    told = json.loads(options.rankc.read_text(encoding="utf-8"))["consistency"]
    worst = 0
    for a, one in enumerate(told["languages"]):
        for b, two in enumerate(told["languages"]):
            values = [rankc((orders[one][k][0], orders[two][k][0]), (orders[one][k][1], orders[two][k][1]))
                      for k in orders[one] if k in orders[two]]
            values = [v for v in values if v is not None]
            worst = max(worst, abs((np.mean(values) if values else 0) - told["rankc"][a][b]))
            if len(values) != told["queries"][a][b]:
                worst = math.inf
    print(f"RankC: largest difference {worst:.2e}")
    return 0 if worst < 1e-3 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--hits", type=pathlib.Path, required=True)
    for name in ("facts", "bmlama", "candidates", "rankc"):
        parser.add_argument("--" + name, type=pathlib.Path)
    parser.add_argument("--protocol", nargs="+", default=["match"])
    parser.add_argument("--languages", nargs="+")
    parser.add_argument("--relations", nargs="+")
    parser.add_argument("--score", default="mean")
    parser.add_argument("--max-masks", type=int, default=0)
    parser.add_argument("--max-facts", type=int, default=0)
    parser.add_argument("--near", type=float, default=1e-4)
    options = parser.parse_args()
    kind = transformers.AutoModelForCausalLM if "sentence" in options.protocol else transformers.AutoModelForMaskedLM
    model = kind.from_pretrained(options.model, dtype=torch.float32).eval()
    options.scorer = Scorer(model, transformers.AutoTokenizer.from_pretrained(options.model))
    sys.exit(compare(options))


if __name__ == "__main__":
    main()
