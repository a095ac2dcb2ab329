#!/usr/bin/env python3
"""Compares ng-tokenize with Hugging Face's tokenizers on real models: ids, spans and decoded text must be equal.

    compare_tokenizers.py NG_TOKENIZE [--strings 10000] [--seed 1] [--only NAME,...]

Models: $NEUROGLOT_MODELS/{smollm2,minilm,e5} and $NEUROGLOT_SHARED/data/tokenizers/llama2.model; what is not there is left
out. Each is opened from tokenizer.json and from the files that transformers opens where there is none (vocab.txt, vocab.json
and merges.txt, sentencepiece.bpe.model, ...); tiny models trained here stand in for families without a model at hand.
Texts: the pages of Debian's installation guide (package installation-guide-amd64), random strings over mixed scripts, and
every code point. Needs transformers, tokenizers and sentencepiece. Exit status 1 when anything differs.
"""
import argparse
import glob
import html
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"  # folders alone: nothing is fetched

import sentencepiece
import tokenizers
import transformers
from sentencepiece import sentencepiece_model_pb2 as spm
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

LANGUAGES = ["en", "zh_CN", "fr", "es", "vi", "id", "ja", "de", "ru", "ko", "el"]
GUIDE = "/usr/share/doc/installation-guide-amd64"
ALPHABETS = [
    (0x20, 0x7E), (0x09, 0x0D), (0x00, 0x1F), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF),
    (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x2150, 0x218F),
    (0x2460, 0x24FF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFB06), (0xFE00, 0xFE0F),
    (0xFF00, 0xFFEF), (0x10330, 0x1034A), (0x1D7CE, 0x1D7FF), (0x1F300, 0x1F64F), (0xE0020, 0xE007F), (0x80, 0xBF),
    (0x2C00, 0x2DFF), (0xF900, 0xFAFF), (0x3300, 0x33FF), (0x1D160, 0x1D1E8), (0x1A20, 0x1AFF), (0x2E00, 0x2E7F),
]
SEEDS = [" ", "  ", "\n", "\r\n", "\t", "'s", "'LL", "’t", "\u0085", "\u180e", "\ufffd", "\u200d", "\u200b", "\u3000", "123",
         "<|im_start|>", "<|endoftext|>", "<s>", "</s>", "<unk>", "<0x41>", "\u2581", "Ġ", "the", "été", "日本", "👩‍👩‍👧", "\x00", "[MASK]", "[CLS]", "[UNK]",
         "<mask>", "<pad>", " <mask> ", "``", "''", "ª\u0301", "ｅ\u0301", "①\u0327", "ﬁ", "™\x1e", "\x1e", "\u0301", "\u0345\u0327",
         "İ", "ΑΣ", "Ⅷ", "…", "don't do not", " ' ", " .", "!?", "##ing", "\ufeff", "\u00ad", "a" * 101, "\u302e\u0323", "x,1,", "<0x0A>"]


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
        yield "".join(f"a{chr(c)}b {chr(c)}1 ª{chr(c)} " for c in points[i:i + 1000])


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
    if '"ByteLevel"' not in json.dumps(json.loads(reference.to_str())["pre_tokenizer"]):
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
    special = run(program, folder, texts[:3], "--special")
    bad["special"] = sum(got != " ".join(map(str, reference.encode(text).ids)) for text, got in zip(texts, special))
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


def from_json(folder):
    """(folder, what tokenizers makes of its tokenizer.json)"""
    reference = tokenizers.Tokenizer.from_file(f"{folder}/tokenizer.json")
    reference.no_truncation()
    reference.no_padding()
    return folder, reference


def from_old_files(folder, files, settings, model_type):
    """A folder with these files ({name: path or contents}) and settings, and what transformers makes of it."""
    os.makedirs(folder, exist_ok=True)
    for name, contents in {**files, "tokenizer_config.json": settings, "config.json": {"model_type": model_type}}.items():
        if isinstance(contents, str) and os.path.exists(contents):
            shutil.copy(contents, f"{folder}/{name}")
        else:
            with open(f"{folder}/{name}", "wb") as out:
                out.write(contents if isinstance(contents, bytes) else json.dumps(contents).encode())
    reference = transformers.AutoTokenizer.from_pretrained(folder).backend_tokenizer
    reference.no_truncation()
    return folder, reference


def trained(**options):
    """A small SentencePiece model of the guide's first pages."""
    sentences = [line.strip() for page in list(guide_texts())[::12] for line in page.split("\n") if line.strip()][:20000]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(sentences), model_writer=model, num_threads=1, minloglevel=2,
                                             **options)
    return model.getvalue()


def saved(folder, tokenizer):
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(f"{folder}/tokenizer.json")
    return from_json(folder)


BERT = {"tokenizer_class": "BertTokenizer"}
# RoBERTa and OPT have other ids for the same kind of file; special tokens that the vocabulary lacks are put behind it.
OPT = {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True,
       **{f"{role}_token": {"__type": "AddedToken", "content": content, "normalized": True, "lstrip": False}
          for role, content in (("unk", "</s>"), ("bos", "</s>"), ("eos", "</s>"), ("pad", "<pad>"))}}


def cases(work):
    """(name, function that gives the folder to open and the reference) for every model that is there."""
    models_folder, shared = os.environ.get("NEUROGLOT_MODELS", ""), os.environ.get("NEUROGLOT_SHARED", "")
    smollm2, minilm, e5 = (f"{models_folder}/{name}" for name in ("smollm2", "minilm", "e5"))
    llama2 = f"{shared}/data/tokenizers/llama2.model"
    for folder in (smollm2, minilm, e5):
        if os.path.exists(f"{folder}/tokenizer.json"):
            yield os.path.basename(folder), lambda folder=folder: from_json(folder)
    if os.path.exists(minilm):
        for name, options in {"uncased": {}, "cased": {"do_lower_case": False},
                              "cased without accents": {"do_lower_case": False, "strip_accents": True},
                              "lower case with accents": {"strip_accents": False, "tokenize_chinese_chars": False}}.items():
            yield f"vocab.txt, {name}", lambda name=name, options=options: from_old_files(
                f"{work}/{name}", {"vocab.txt": f"{minilm}/vocab.txt"}, {**BERT, **options}, "bert")
    if os.path.exists(e5):
        yield "sentencepiece.bpe.model", lambda: from_old_files(
            f"{work}/xlmr", {"sentencepiece.bpe.model": f"{e5}/sentencepiece.bpe.model"}, {"tokenizer_class": "XLMRobertaTokenizer"},
            "xlm-roberta")
    if os.path.exists(smollm2):
        model = json.load(open(f"{smollm2}/tokenizer.json", encoding="utf-8"))["model"]
        files = {"vocab.json": model["vocab"], "merges.txt": "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in model["merges"])}
        files["merges.txt"] = files["merges.txt"].encode()
        for name, settings, model_type in (("gpt2", {"tokenizer_class": "GPT2Tokenizer"}, "gpt2"), ("opt", OPT, "opt"),
                                           ("roberta", {"add_prefix_space": True}, "roberta")):
            yield f"vocab.json, {name}", lambda a=name, b=settings, c=model_type: from_old_files(f"{work}/{a}", files, b, c)
    if os.path.exists(llama2):
        def llama2_model():
            os.makedirs(f"{work}/llama2")
            shutil.copy(llama2, f"{work}/llama2/tokenizer.model")
            return f"{work}/llama2", published_llama(llama2)
        yield "llama2, tokenizer.model", llama2_model
        yield "llama2, tokenizer.json", lambda: saved(f"{work}/llama2-json", published_llama(llama2))
        yield "llama2, converted by transformers", lambda: saved(f"{work}/llama2-converted", from_old_files(
            f"{work}/llama2-old", {"tokenizer.model": llama2}, {"tokenizer_class": "LlamaTokenizer"}, "llama")[1])
    yield from trained_cases(work)


def trained_cases(work):
    """Families of which no model is at hand: trained here with the options that theirs were trained with."""
    yield "spiece.model, ALBERT", lambda: from_old_files(
        f"{work}/albert", {"spiece.model": trained(model_type="unigram", vocab_size=2000, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
                                                   control_symbols=["[CLS]", "[SEP]"], character_coverage=0.99,
                                                   user_defined_symbols=["[MASK]", "(", ")", '"', "-", ".", "–", "£", "€"])},
        {"tokenizer_class": "AlbertTokenizer"}, "albert")
    yield "tokenizer.model, Gemma", lambda: from_old_files(
        f"{work}/gemma", {"tokenizer.model": trained(model_type="bpe", vocab_size=3000, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
                                                     pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", byte_fallback=True,
                                                     user_defined_symbols=["<mask>", "<start_of_turn>", "<end_of_turn>", "\n", "\n\n",
                                                                           "▁▁", "▁▁▁", "<table>"],
                                                     add_dummy_prefix=False, normalization_rule_name="identity", split_digits=True,
                                                     remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
                                                     character_coverage=0.99)},
        {"tokenizer_class": "GemmaTokenizer"}, "gemma")
    yield "Unigram with byte_fallback, NFKC case folded", lambda: saved(f"{work}/unigram-bytes", unigram_bytes())
    yield "Unigram without bytes, first word prefixed", lambda: saved(f"{work}/unigram-first", unigram_first())
    yield "BPE without bytes, unknowns not fused", lambda: saved(f"{work}/bpe-unknown", bpe_unknown())


def pieces_of(model):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.get_piece_size())]


def charsmap_of(model):
    return spm.ModelProto.FromString(model).normalizer_spec.precompiled_charsmap


def unigram_bytes():
    model = trained(model_type="unigram", vocab_size=2000, byte_fallback=True, normalization_rule_name="nmt_nfkc_cf")
    tokenizer = tokenizers.Tokenizer(models.Unigram(pieces_of(model), unk_id=0, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.Precompiled(charsmap_of(model)), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    return tokenizer


def unigram_first():
    model = trained(model_type="unigram", vocab_size=1000, character_coverage=0.98)
    tokenizer = tokenizers.Tokenizer(models.Unigram(pieces_of(model), unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(),
                                                 normalizers.Replace(tokenizers.Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Punctuation("contiguous"),
                                                       pre_tokenizers.Metaspace(prepend_scheme="first")])
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.add_tokens([tokenizers.AddedToken("Été", normalized=True), tokenizers.AddedToken("1", normalized=True, lstrip=True)])
    return tokenizer


def bpe_unknown():
    tokenizer = tokenizers.Tokenizer(models.BPE(unk_token="[UNK]", fuse_unk=False))
    tokenizer.normalizer = normalizers.Strip(left=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation("removed"),
                                                       pre_tokenizers.Digits()])
    tokenizer.train_from_iterator(list(guide_texts())[::40], trainers.BpeTrainer(vocab_size=1000, special_tokens=["[UNK]"],
                                                                                 limit_alphabet=200, show_progress=False))
    return tokenizer


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("--strings", type=int, default=10000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", default="", help="cases whose names contain one of these, between commas")
    options = arguments.parse_args()
    corpora = {"guide": list(guide_texts()), "random": list(random_strings(options.strings, options.seed)),
               "every character": list(every_character())}
    bad = compared = 0
    with tempfile.TemporaryDirectory() as work:
        for name, make in cases(work):
            if not any(part in name for part in options.only.split(",")):
                continue
            folder, reference = make()
            for corpus, texts in corpora.items():
                bad += compare(f"{name}: {corpus}", options.program, folder, reference, texts)
            compared += os.path.dirname(folder) != work or "llama2" in name
    if compared == 0 and not options.only:
        sys.exit("no model is there: set NEUROGLOT_MODELS and NEUROGLOT_SHARED")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
