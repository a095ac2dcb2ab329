"""Writes the folders of tests/golden/data/tokenizers: a tokenizer and golden.jsonl, what Hugging Face makes of the texts."""
import json
import os

import transformers
from tokenizers import Tokenizer

from compare_tokenizers import byte_spans, unknown_bytes
from tokenizer_golden_texts import TEXTS

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "tokenizers")


def write_json(path, value, indent=None):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=False, indent=indent, separators=(",", ": " if indent else ":"))
        out.write("\n")


def write_golden(folder, tokenizer, longest=20000):
    """One line a text. "decoded" and "without_special" are there where they are not the text itself, null where they are lost."""
    assert not unknown_bytes(tokenizer)
    lines = []
    for text in TEXTS:
        if len(text) > longest:
            continue
        plain = tokenizer.encode(text, add_special_tokens=False)
        spans = [span.split(":") for span in byte_spans(text, plain.offsets).split()]
        entry = {"text": text, "ids": plain.ids, "begins": [int(begin) for begin, _ in spans], "ends": [int(end) for _, end in spans]}
        for key, skip in (("decoded", False), ("without_special", True)):
            decoded = tokenizer.decode(plain.ids, skip_special_tokens=skip)
            if type(tokenizer.decoder).__name__ == "ByteLevel" and "\ufffd" in decoded and "\ufffd" not in text:
                entry[key] = None  # Hugging Face takes an added token's Latin-1 letters for bytes: "é" comes back as U+FFFD
            elif decoded != text:
                entry[key] = decoded
        lines.append(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
    special, plain = tokenizer.encode("a").ids, tokenizer.encode("a", add_special_tokens=False).ids
    at = next(i for i in range(len(special)) if special[i:i + len(plain)] == plain)
    head = {"before": special[:at], "after": special[at + len(plain):]}
    with open(os.path.join(folder, "golden.jsonl"), "w", encoding="utf-8") as out:
        out.write("\n".join([json.dumps(head), *lines]) + "\n")


def make_old(name, files, longest=300, **settings):
    """A folder without tokenizer.json; the golden ids are those of the tokenizer that transformers makes of it."""
    folder = os.path.join(DATA, name)
    os.makedirs(folder, exist_ok=True)
    for file, contents in files.items():
        with open(os.path.join(folder, file), "wb") as out:
            out.write(contents)
    write_json(os.path.join(folder, "tokenizer_config.json"), settings)
    write_golden(folder, transformers.AutoTokenizer.from_pretrained(folder).backend_tokenizer, longest)


def make_json(name, tokenizer, old_merges=False, longest=20000, without_type=False):
    folder = os.path.join(DATA, name)
    os.makedirs(folder, exist_ok=True)
    file = json.loads(tokenizer.to_str())
    if without_type:
        del file["model"]["type"]
    if old_merges:  # as files before tokenizers 0.20 have them
        file["model"]["merges"] = [" ".join(merge) for merge in file["model"]["merges"]]
    write_json(os.path.join(folder, "tokenizer.json"), file)
    write_golden(folder, Tokenizer.from_file(os.path.join(folder, "tokenizer.json")), longest)
