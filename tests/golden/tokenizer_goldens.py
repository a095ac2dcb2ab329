#!/usr/bin/env python3
"""Makes tests/golden/data/tokenizers: small tokenizers of every supported kind and what Hugging Face makes of hostile texts.

    tokenizer_goldens.py     writes the files next to itself; needs tokenizers 0.23, transformers 5.23 and sentencepiece 0.2

Each folder holds a tokenizer and golden.jsonl: first the ids that special tokens add before and after a text, then for each text
its ids, the spans in bytes of UTF-8 (Hugging Face's offsets count characters) and the decoded text. Training is not the same
every time: files made anew differ from those committed.
"""
import io
import json
import os
import tempfile

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tokenizer_cases import charsmap_of, pieces_of, published_llama
from tokenizer_families import FAMILIES, LLAMA3
from tokenizer_golden_files import DATA, make_json, make_old, write_golden
from tokenizer_golden_texts import CORPUS


def added(content, **flags):
    return AddedToken(content, **{"special": False, "normalized": False, **flags})


def train(tokenizer, size, added_tokens):
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens(added_tokens)
    return tokenizer


def gpt2_digits():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    tokenizer.decoder = decoders.ByteLevel()
    return train(tokenizer, 600, [added("<|endoftext|>", special=True), added("<left>", lstrip=True), added("<right>", rstrip=True),
                                  added("<both>", lstrip=True, rstrip=True), added("mot", single_word=True), added("é")])


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, 700, [added("<|begin|>", special=True), added("<|end|>", special=True), added("<|endoftext|>", special=True)])
    begin, end = tokenizer.token_to_id("<|begin|>"), tokenizer.token_to_id("<|end|>")
    template = processors.TemplateProcessing(single="<|begin|> $A <|end|>", pair="<|begin|> $A <|begin|>:1 $B:1",
                                             special_tokens=[("<|begin|>", begin), ("<|end|>", end)])
    tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return without_some_merges(tokenizer)


def without_some_merges(tokenizer):
    """Every third merge that no other builds on goes, its piece stays: only ignore_merges still finds the piece."""
    file = json.loads(tokenizer.to_str())
    merges = file["model"]["merges"]
    used = {part for merge in merges for part in merge}
    last = [merge for merge in merges if "".join(merge) not in used][::3]
    file["model"]["merges"] = [merge for merge in merges if merge not in last]
    return Tokenizer.from_str(json.dumps(file))


def nfc_prefix():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    return train(tokenizer, 520, [added("<|endoftext|>", special=True), added("cafe\u0301", normalized=True),
                                  added("mot", normalized=True, single_word=True), added("<left>", normalized=True, lstrip=True)])


def nfkd_contiguous():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFKD()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(False), pre_tokenizers.Split(" ", "merged_with_next"),
        pre_tokenizers.Split(Regex(r"[^\W\d]+"), "contiguous", invert=True), pre_tokenizers.ByteLevel(False, use_regex=False)])
    return train(tokenizer, 480, [])


def word_piece(**options):
    """BERT's pipeline; `options`: BertNormalizer's. Its "model" does not say its type, as in files before tokenizers 0.9."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=60))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=500, limit_alphabet=120, special_tokens=special,
                                                                    show_progress=False))
    tokenizer.add_tokens([AddedToken("Mot", normalized=True, single_word=True)])
    ids = {name: tokenizer.token_to_id(name) for name in special}
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    tokenizer.decoder = decoders.WordPiece(cleanup=options["lowercase"])
    return tokenizer


def few_rules(train):
    """What train(path of a table) gives: normalisation rules of its own instead of NFKC's, which would be 240 KB."""
    rules = {"\n": " ", "\t": " ", "\r": " ", "\u3000": " ", "\u00a0": " ", "\u200b": "", "\x01": "", "ﬁ": "fi", "①": "1", "ª": "a",
             "ｆ": "f", "½": "1⁄2", "ﷺ": "صلى الله", "e\u0301": "é", "\u0327": ""}
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as table:
        for old, new in rules.items():
            table.write("\t".join(" ".join(f"{ord(c):X}" for c in side) for side in (old, new)) + "\n")
        table.flush()
        return train(table.name)


def small_sentencepiece(model_type, **options):
    model = io.BytesIO()
    few_rules(lambda table: sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, model_type=model_type, normalization_rule_tsv=table, num_threads=1,
        minloglevel=2, **{"character_coverage": 0.98, **options}))
    return model.getvalue()


def unigram():
    model = small_sentencepiece("unigram", vocab_size=230)
    tokenizer = Tokenizer(models.Unigram(pieces_of(model), unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap_of(model)), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.add_tokens([added("<left>", lstrip=True), added("<right>", rstrip=True)])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return tokenizer


def bpe_bytes():
    """Gemma's and Llama's kind; the vocabulary lacks some bytes, so that unknown tokens come up too."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256) if not 0xE0 <= byte < 0xE3]
    trainer = trainers.BpeTrainer(vocab_size=600, limit_alphabet=100, special_tokens=["<unk>", "<s>", *bytes_], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    file = json.loads(tokenizer.to_str())
    file["added_tokens"] = [token for token in file["added_tokens"] if token["content"] in ("<unk>", "<s>")]
    return Tokenizer.from_str(json.dumps(file))


def roberta():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, 520, [added("<s>", special=True), added("</s>", special=True), added("<mask>", special=True, lstrip=True)])
    ids = {name: tokenizer.token_to_id(name) for name in ("<s>", "</s>")}
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", ids["</s>"]), ("<s>", ids["<s>"]))
    return tokenizer


def make_old_ones():
    model = json.loads(word_piece(lowercase=True).to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    make_old("vocab_txt", {"vocab.txt": "".join(piece + "\n" for piece in pieces).encode()}, tokenizer_class="BertTokenizer",
             do_lower_case=False, strip_accents=True, mask_token="[MASKE]")
    model = json.loads(roberta().to_str())["model"]
    files = {"vocab.json": json.dumps(model["vocab"], ensure_ascii=False).encode(),
             "merges.txt": ("#version: 0.2\n" + "".join(" ".join(merge) + "\n" for merge in model["merges"])).encode()}
    make_old("vocab_json", files, tokenizer_class="GPT2Tokenizer", add_bos_token=True, pad_token="<pad>",
             **{role: {"__type": "AddedToken", "content": "</s>", "normalized": True} for role in ("bos_token", "eos_token")})
    make_old("vocab_json_roberta", files, longest=100, tokenizer_class="RobertaTokenizer", trim_offsets=True)
    make_old("xlm_roberta", {"sentencepiece.bpe.model": small_sentencepiece("unigram", vocab_size=230, user_defined_symbols=["<both>"])},
             tokenizer_class="XLMRobertaTokenizer")
    make_old("albert", {"spiece.model": small_sentencepiece("unigram", vocab_size=200, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
                                                            control_symbols=["[CLS]", "[SEP]"], user_defined_symbols=["[MASK]", "(", "-"])},
             longest=100, tokenizer_class="AlbertTokenizer")
    make_old("gemma", {"tokenizer.model": small_sentencepiece(
        "bpe", vocab_size=500, pad_id=0, eos_id=1, bos_id=2, unk_id=3, pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>",
        byte_fallback=True, user_defined_symbols=["<mask>", "\n", "\n\n", "▁▁"], add_dummy_prefix=False, remove_extra_whitespaces=False,
        character_coverage=0.99)}, longest=100, tokenizer_class="GemmaTokenizer", add_bos_token=True)


def make_sentencepiece():
    folder = os.path.join(DATA, "sentencepiece")
    os.makedirs(folder, exist_ok=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, model_type="bpe", vocab_size=520, byte_fallback=True, split_digits=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
        character_coverage=0.985, num_threads=1, minloglevel=2)
    path = os.path.join(folder, "tokenizer.model")
    with open(path, "wb") as out:
        out.write(model.getvalue())
    write_golden(folder, published_llama(path))


def make_families():
    """Those whose pipelines the other tokenizers do not have."""
    for name in ("qwen", "olmo2", "mistral_nemo", "bloom", "gpt_neox", "modernbert", "cohere"):
        make_json(f"families/{name}", FAMILIES[name](CORPUS, 420), longest=60)
    for name in ("mixtral", "phi3", "mistral_v3", "gemma", "mmbert", "bert"):
        make_json(f"families/{name}", FAMILIES[name](CORPUS, 620), longest=60)
    for name in ("xlm_roberta", "albert"):
        make_json(f"families/{name}", few_rules(lambda table, a=name: FAMILIES[a](CORPUS, 230, normalization_rule_tsv=table)), longest=60)


def main():
    make_json("gpt2_digits", gpt2_digits())
    make_json("llama3", llama3())
    make_json("nfc_prefix", nfc_prefix(), old_merges=True, longest=1000)
    make_json("nfkd_contiguous", nfkd_contiguous(), longest=1000)
    make_sentencepiece()
    make_json("word_piece_uncased", word_piece(lowercase=True), longest=300, without_type=True)
    make_json("word_piece_cased", word_piece(lowercase=False, handle_chinese_chars=False), longest=300)
    make_json("unigram", unigram(), longest=300)
    make_json("bpe_byte_fallback", bpe_bytes(), longest=300)
    make_json("roberta", roberta(), longest=300)
    make_old_ones()
    make_families()


if __name__ == "__main__":
    main()
