#!/usr/bin/env python3
"""Compares ng-tokenize with Hugging Face's tokenizers on real models: ids, spans and decoded text must be equal.

    compare_tokenizers.py NG_TOKENIZE [--strings 10000] [--seed 1]

Models: $NEUROGLOT_MODELS/smollm2 (tokenizer.json) and $NEUROGLOT_SHARED/data/tokenizers/llama2.model; the one that is not
there is left out. Texts: the pages of Debian's installation guide (package installation-guide-amd64) and random strings
over mixed scripts. Needs transformers, tokenizers and sentencepiece. Exit status 1 when anything differs.
"""
import argparse
import glob
import html
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import sentencepiece
import tokenizers
from tokenizers import decoders, models, normalizers

LANGUAGES = ["en", "zh_CN", "fr", "es", "vi", "id", "ja", "de", "ru", "ko", "el"]
GUIDE = "/usr/share/doc/installation-guide-amd64"
ALPHABETS = [
    (0x20, 0x7E), (0x09, 0x0D), (0x00, 0x1F), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF),
    (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2150, 0x218F),
    (0x2460, 0x24FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFB06), (0xFE00, 0xFE0F),
    (0xFF00, 0xFFEF), (0x10330, 0x1034A), (0x1D7CE, 0x1D7FF), (0x1F300, 0x1F64F), (0xE0020, 0xE007F),
]
SEEDS = [" ", "  ", "\n", "\r\n", "\t", "'s", "'LL", "’t", "\u0085", "\u180e", "\ufffd", "\u200d", "\u200b", "\u3000", "123",
         "<|im_start|>", "<|endoftext|>", "<s>", "</s>", "<unk>", "<0x41>", "\u2581", "Ġ", "the", "été", "日本", "👩‍👩‍👧", "\x00"]


def guide_texts():
    for language in LANGUAGES:
        for path in sorted(glob.glob(f"{GUIDE}/{language}/*.html")):
            page = open(path, encoding="utf-8").read()
            yield html.unescape(re.sub(r"<[^>]*>", " ", page))


def random_strings(count, seed):
    source = random.Random(seed)
    for _ in range(count):
        parts = []
        for _ in range(source.randrange(1, 12)):
            if source.random() < 0.4:
                parts.append(source.choice(SEEDS))
            else:
                low, high = source.choice(ALPHABETS)
                parts.append("".join(chr(source.randint(low, high)) for _ in range(source.randrange(1, 6))))
        yield "".join(parts)


def every_character():
    """Each assigned or unassigned code point between a letter and a space, a thousand a text."""
    points = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    for i in range(0, len(points), 1000):
        yield "".join(f"a{chr(c)}b {chr(c)}1 " for c in points[i:i + 1000])


def run(program, folder, texts, *options):
    lines = "".join(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    done = subprocess.run([program, folder, "--json-lines", *options], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split("\n")[:-1]


def byte_spans(text, offsets):
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return " ".join(f"{starts[begin]}:{starts[end]}" for begin, end in offsets)


def unknown_bytes(reference):
    """The bytes without a piece of their own, where the tokenizer is byte-level."""
    if type(reference.pre_tokenizer).__name__ not in ("ByteLevel", "Sequence"):
        return set()
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in visible}
    letters.update({byte: chr(0x100 + i) for i, byte in enumerate(b for b in range(256) if b not in visible)})
    return {byte for byte, letter in letters.items() if reference.token_to_id(letter) is None}


def compare(name, program, folder, reference, texts):
    """Counts the texts whose ids, spans or decoded text differ; prints the first few.

    Where the vocabulary lacks a byte of the text, Hugging Face leaves the byte out and counts the later offsets of the
    word as if it had never been there; ours keep counting, so spans are not compared.
    """
    unknown = unknown_bytes(reference)
    ids, spans = run(program, folder, texts), run(program, folder, texts, "--spans")
    ids_lines = "".join(line + "\n" for line in ids)
    decoded = subprocess.run([program, folder, "--json-lines", "--decode"], input=ids_lines.encode(), stdout=subprocess.PIPE,
                             check=True).stdout.decode().split("\n")[:-1]
    bad = {"ids": 0, "spans": 0, "decoded": 0}
    tokens = 0
    for text, our_ids, our_spans, our_text in zip(texts, ids, spans, decoded, strict=True):
        theirs = reference.encode(text, add_special_tokens=False)
        tokens += len(theirs.ids)
        wanted = {"ids": " ".join(map(str, theirs.ids)), "spans": byte_spans(text, theirs.offsets),
                  "decoded": reference.decode(theirs.ids, skip_special_tokens=False)}
        got = {"ids": our_ids, "spans": our_spans, "decoded": json.loads(our_text)}
        for what in bad:
            if what == "spans" and unknown & set(text.encode()):
                continue
            if wanted[what] != got[what]:
                bad[what] += 1
                if bad[what] <= 3:
                    print(f"  {what} of {text[:200]!r}\n    wanted {wanted[what][:300]!r}\n    got    {got[what][:300]!r}")
    print(f"{name}: {len(texts)} texts, {tokens} tokens; differing: {bad}", flush=True)
    return sum(bad.values())


def published_llama(model):
    """The pipeline of Llama 2's published tokenizer.json, from the vocabulary and scores of the .model.

    The merges are ordered by score, as transformers 4 ordered them; transformers 5 orders them by id, which is not what
    SentencePiece does with this model ("x  A" shows it).
    """
    processor = sentencepiece.SentencePieceProcessor(model_file=model)
    vocabulary = {processor.id_to_piece(i): i for i in range(processor.get_piece_size())}
    merges = []
    for piece, i in vocabulary.items():
        pairs = [(piece[:k], piece[k:]) for k in range(1, len(piece)) if piece[:k] in vocabulary and piece[k:] in vocabulary]
        pairs.sort(key=lambda pair: (vocabulary[pair[0]], vocabulary[pair[1]]))
        merges += [(left, right, processor.get_score(i)) for left, right in pairs]
    merges.sort(key=lambda merge: (merge[2], len(merge[0]), len(merge[1])), reverse=True)
    reference = tokenizers.Tokenizer(models.BPE(vocab=vocabulary, merges=[merge[:2] for merge in merges], unk_token="<unk>",
                                                fuse_unk=True, byte_fallback=True))
    reference.add_special_tokens([tokenizers.AddedToken(t, normalized=False, special=True) for t in ("<unk>", "<s>", "</s>")])
    reference.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    reference.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                           decoders.Strip(" ", 1, 0)])
    return reference


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("--strings", type=int, default=10000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    corpora = {"guide": list(guide_texts()), "random": list(random_strings(options.strings, options.seed)),
               "every character": list(every_character())}
    checkpoints, shared = os.environ.get("NEUROGLOT_MODELS", ""), os.environ.get("NEUROGLOT_SHARED", "")
    bad = compared = 0
    if os.path.exists(f"{checkpoints}/smollm2/tokenizer.json"):
        reference = tokenizers.Tokenizer.from_file(f"{checkpoints}/smollm2/tokenizer.json")
        for name, texts in corpora.items():
            bad += compare(f"smollm2, {name}", options.program, f"{checkpoints}/smollm2", reference, texts)
            compared += 1
    if os.path.exists(f"{shared}/data/tokenizers/llama2.model"):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(f"{shared}/data/tokenizers/llama2.model", f"{folder}/tokenizer.model")
            reference = published_llama(f"{folder}/tokenizer.model")
            for name, texts in corpora.items():
                bad += compare(f"llama2, {name}", options.program, folder, reference, texts)
                compared += 1
    if compared == 0:
        sys.exit("no model is there: set NEUROGLOT_MODELS and NEUROGLOT_SHARED")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
