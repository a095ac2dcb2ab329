#!/usr/bin/env python3
"""Probing by free guessing with Hugging Face transformers: the peer of ng-probe's protocol match.

Every prompt with 1, 2, ... masks, read in padded batches of prompts of about one length; of each batch the mask rows alone go through the
head and onto the vocabulary, and each takes its most likely token. Tokenizing is counted, loading is not. What was tried for the peer and is
in it: sdpa attention, malloc that keeps its memory (bench/peers/record_transformers.py), inference mode, the fast tokenizer on whole lists,
and the batch size that is the fastest on the first prompts. needs: torch, transformers, numpy
"""
import pathlib
import sys
import time

import torch
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/golden"))
import probe as protocol  # noqa: E402


class Peer:
    def __init__(self, folder, threads):
        torch.set_num_threads(threads)
        transformers.utils.logging.disable_progress_bar()
        self.model = transformers.AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa").eval()
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.head = getattr(self.model, "cls", None) or self.model.lm_head
        self.batch = 64

    def sentences(self, facts, languages, relations, max_facts):
        """The protocol's prompts as texts: of each relation and language with 1 to as many masks as its longest object has tokens."""
        texts, mask = [], self.tokenizer.mask_token
        for language in languages:
            for relation, queries in protocol.relations_of_facts(facts, language, None, max_facts):
                if relations and relation not in relations:
                    continue
                longest = max(len(protocol.ids_of(self.tokenizer, query.label)) for query in queries)
                texts += [query.sentence(" ".join([mask] * n)) for query in queries for n in range(1, longest + 1)]
        return texts

    def guess(self, texts):
        """The most likely token of each mask of each text."""
        ids = self.tokenizer(texts)["input_ids"]
        order, best = sorted(range(len(ids)), key=lambda i: len(ids[i])), [None] * len(ids)
        with torch.inference_mode():
            for at in range(0, len(order), self.batch):
                chosen = order[at:at + self.batch]
                width = len(ids[chosen[-1]])
                padded = torch.full((len(chosen), width), self.tokenizer.pad_token_id or 0)
                attended = torch.zeros((len(chosen), width), dtype=torch.long)
                for row, i in enumerate(chosen):
                    padded[row, :len(ids[i])] = torch.tensor(ids[i])
                    attended[row, :len(ids[i])] = 1
                masks = padded == self.tokenizer.mask_token_id
                hidden = self.model.base_model(input_ids=padded, attention_mask=attended).last_hidden_state[masks]
                found = self.head(hidden).argmax(-1).split(masks.sum(1).tolist())
                for i, tokens in zip(chosen, found):
                    best[i] = tokens.tolist()
        return best

    def measure(self, texts):
        """Prompts a second, and prompts a second of processor time."""
        begin, begin_processor = time.perf_counter(), time.process_time()
        self.guess(texts)
        return len(texts) / (time.perf_counter() - begin), len(texts) / (time.process_time() - begin_processor)

    def choose_batch(self, texts):
        """The fastest of some sizes, by processor time, as other programs disturb the clock."""
        rates = {}
        for self.batch in (16, 32, 64, 128, 256):
            self.guess(texts[:self.batch])
            rates[self.batch] = max(self.measure(texts)[1] for _ in range(2))
        self.batch = max(rates, key=rates.get)
        return rates
