#!/usr/bin/env python3
"""Makes tests/golden/data/tokenizers: small tokenizers of every supported kind and what Hugging Face makes of hostile texts.

    tokenizer_goldens.py     writes the files next to itself; needs tokenizers 0.23, transformers 5.23 and sentencepiece 0.2

Each folder holds a tokenizer and golden.jsonl: first the ids that special tokens add before and after a text, then for each text
its ids, the spans in bytes of UTF-8 (Hugging Face's offsets count characters) and the decoded text.
"""
import io
import json
import os
import tempfile

import sentencepiece
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from compare_tokenizers import byte_spans, charsmap_of, pieces_of, published_llama, unknown_bytes

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "tokenizers")
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")

CORPUS = [
    "The neurons of a language are the neurons that are active when the model reads that language and not another one.",
    "Les neurones d'une langue sont ceux qui s'activent quand le modèle lit cette langue, été comme hiver.",
    "Die Neuronen einer Sprache sind die, die das Modell braucht, wenn es diese Sprache schreibt.",
    "Las neuronas de un idioma son las que se activan cuando el modelo lee ese idioma; ¿qué más?",
    "Нейроны языка - это те нейроны, которые активны, когда модель читает этот язык.",
    "一种语言的神经元是模型读这种语言时活跃的神经元。", "言語のニューロンは、モデルがその言語を読むときに働くニューロンです。",
    "언어의 뉴런은 모델이 그 언어를 읽을 때 활동하는 뉴런이다.", "عصبونات اللغة هي التي تنشط عندما يقرأ النموذج هذه اللغة.",
    "भाषा के न्यूरॉन वे हैं जो मॉडल के पढ़ने पर सक्रिय होते हैं।", "Các nơ-ron của một ngôn ngữ là những nơ-ron hoạt động khi đọc nó.",
    "if (layer == 12) {\n    return weights[layer][3];\n}\n", "In 2024, 1234567 tokens; 3.14159 and 2,718 and 100%.",
    "We've, I'm, they're, it's, don't, you'll, he'd: \"quoted\" text -- and (brackets).", "                                ",
] * 4

TEXTS = [
    "", " ", "  ", "\n", "\t", "a", " a", "a ", "Hello world", "  two  spaces  ", "Hello,\n\nworld!\n", "\r\n", "a\r\nb\r\n\r\n c",
    "tabs\tand\t\tmore \t x", " " * 10000, "x" + " " * 10000 + "y", "\n" * 99 + " \n" * 20, "a" * 200, "ab" * 150, "é" * 90,
    "We've they'RE it'S don't you'LL he'd I'M 'S'S ''s 'ſ", "the neurons of a language are the", "neurons neuron Neurons NEURONS",
    "0 1 12 123 1234 12345 1234567890", "3.14159, 2,718; 100% #42 $5", "٠١٢٣ ०१२३ ໐໑ 𝟎𝟏𝟐 １２３ Ⅷ ⅷ ½ ² ①⑳ 〇一二 𑁦 𞥐 ௧௰",
    "naïve café résumé", "nai\u0308ve cafe\u0301", "a\u0301\u0316\u0327 \u0301 \u0301\u0301x", "q\u0307\u0323 ḍ\u0307 Å Å ﬁ ﬃ Ⅳ",
    "한국어 \u1112\u1161\u11ab 가\u11a8", "👩‍👩‍👧‍👦 👍🏽 🇫🇷🇩🇪 ❤️ 🏴\U000e0067\U000e0062\U000e007f", "שלום עולם", "مرحبا بالعالم ١٢٣", "‮abc‬ ‏x‎ \u2066y\u2069",
    "日本語とEnglishのmixed文", "中文，标点。！？「」", "ไทยไม่มีช่องว่าง", "हिन्दी क्षत्रिय", "Ελληνικά ΣΊΣΥΦΟΣ", "Привет, мир! Ёж",
    "zero\u200bwidth\u200cnon\u200djoiner\ufeffbom\u2060wj", "soft\u00adhyphen nb\u00a0space \u202f\u2009 thin",
    "next\u0085line \u180emvs\u180e \u1680ogham \u2028ls\u2029ps \u3000ideographic", "\ufffd\ufffd x\ufffdy \uffff \ufdd0 \U0010ffff",
    "nul\x00in\x00side", "\x00", "\x01\x02\x03\x1b[31m\x7f\x80\x9f", "a\x0bb\x0cc\x1cd\x1ee\x1ff",
    "".join(map(chr, range(0x80, 0x180))), "".join(map(chr, range(0x20, 0x7F))), "".join(chr(c) for c in range(0x2B0, 0x370)),
    "".join(chr(0x80 << 2 * i) for i in range(5)), "߿ࠀ\uffff𐀀\U0010fffd", "ß SS ſt ŉ ĳ ǆ İi ıI K Å", "ꟊ ꟍ ᲊ 𐗀 𖵀 𲀀 𑯰 𞗱",
    "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|endoftext|><|endoftext|>  <|begin|>x<|end|>\n", "<|endoftext", "<|end|",
    "x <left> y", "x  \t<left>y", "<left><left> <left>", "x<right> y", "x<right>  \u3000y <right>", " <both> <both> a<both>b",
    "mot motmot mot. mot_ mot1 -mot- émot motè mot", "Mot mot\u0301 \u0301mot", "cafe\u0301 café xcafey", " the the  the", "<s>a</s> <unk><s> b",
    "Ġ Ċ ▁ âĢĻ Ã©", "<0x41><0x0A>", "def f(x):\n    return x**2  # été\n\n\n", "{\"k\": [1, 2.5, null], \"é\": \"\\u00e9\"}",
    "http://example.org/a_b?c=d&e=%20f#g", "a/b\\c|d~e`f^g", "...!!!???,,,;;;:::---___", "A_B-C.D", "ALLCAPS lowercase MixedCase iOS",
    "𝕳𝖊𝖑𝖑𝖔 𝒲𝑜𝓇𝓁𝒹", "Z̸̡̢͓̳̜̪̟̳̠̻̖͐̂̍̅̔̂͋͂͐a̶͎͉̘̽l̵̯̬g̸o", "ｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ", "ﷺ ﷽ ㍿ ㌔ ½ ⅓ ™ ℡", "İstanbul ıssız", "Ǖ ǖ ǘ ǚ ǜ ự ử",
]


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


def write_json(path, value, indent=None):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, ensure_ascii=False, indent=indent, separators=(",", ": " if indent else ":"))
        out.write("\n")


def write_golden(folder, tokenizer, longest=20000, before=(), after=()):
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
    head = {"before": [*before, *special[:at]], "after": [*special[at + len(plain):], *after]}
    with open(os.path.join(folder, "golden.jsonl"), "w", encoding="utf-8") as out:
        out.write("\n".join([json.dumps(head), *lines]) + "\n")


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


def small_sentencepiece(model_type, **options):
    """A SentencePiece model with a few rules of its own instead of NFKC's, which would be 240 KB."""
    rules = {"\n": " ", "\t": " ", "\r": " ", "\u3000": " ", "\u00a0": " ", "\u200b": "", "\x01": "", "ﬁ": "fi", "①": "1", "ª": "a",
             "ｆ": "f", "½": "1⁄2", "ﷺ": "صلى الله", "e\u0301": "é", "\u0327": ""}
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as table:
        for old, new in rules.items():
            table.write("\t".join(" ".join(f"{ord(c):X}" for c in side) for side in (old, new)) + "\n")
        table.flush()
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS), model_writer=model, model_type=model_type, normalization_rule_tsv=table.name,
            num_threads=1, minloglevel=2, **{"character_coverage": 0.98, **options})
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


def make_old(name, files, longest=300, **settings):
    """A folder without tokenizer.json; the golden ids are those of the tokenizer that transformers makes of it."""
    folder = os.path.join(DATA, name)
    os.makedirs(folder, exist_ok=True)
    for file, contents in files.items():
        with open(os.path.join(folder, file), "wb") as out:
            out.write(contents)
    write_json(os.path.join(folder, "tokenizer_config.json"), settings)
    write_golden(folder, transformers.AutoTokenizer.from_pretrained(folder).backend_tokenizer, longest)


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
    write_golden(folder, published_llama(path), before=[1])


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


if __name__ == "__main__":
    main()
