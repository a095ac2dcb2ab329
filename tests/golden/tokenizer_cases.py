"""What tokenizers are compared on: folders to open, and what Hugging Face makes of each."""
import io
import json
import os
import shutil

import sentencepiece
import tokenizers
import transformers
from sentencepiece import sentencepiece_model_pb2 as spm
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from tokenizer_families import FAMILIES
from tokenizer_pipelines import template
from tokenizer_texts import guide_texts
from tokenizer_vocabularies import VOCABULARIES, with_vocabulary


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
    reference.post_processor = template(reference, "<s> $A")
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
    """(name, function that gives the folder to open and the reference, stride of every_character) for every model that is there."""
    models_folder, shared = os.environ.get("NEUROGLOT_MODELS", ""), os.environ.get("NEUROGLOT_SHARED", "")
    smollm2, minilm, e5 = (f"{models_folder}/{name}" for name in ("smollm2", "minilm", "e5"))
    for folder in (smollm2, minilm, e5):
        if os.path.exists(f"{folder}/tokenizer.json"):
            yield os.path.basename(folder), lambda folder=folder: from_json(folder), 1
    if os.path.exists(minilm):
        for name, options in {"uncased": {}, "cased": {"do_lower_case": False},
                              "cased without accents": {"do_lower_case": False, "strip_accents": True},
                              "lower case with accents": {"strip_accents": False, "tokenize_chinese_chars": False}}.items():
            yield f"vocab.txt, {name}", lambda name=name, options=options: from_old_files(
                f"{work}/{name}", {"vocab.txt": f"{minilm}/vocab.txt"}, {**BERT, **options}, "bert"), 1
    if os.path.exists(e5):
        yield "sentencepiece.bpe.model", lambda: from_old_files(
            f"{work}/xlmr", {"sentencepiece.bpe.model": f"{e5}/sentencepiece.bpe.model"}, {"tokenizer_class": "XLMRobertaTokenizer"},
            "xlm-roberta"), 1
    if os.path.exists(smollm2):
        yield from vocab_json_cases(work, smollm2)
    yield from llama_cases(work, "llama2", f"{shared}/data/tokenizers/llama2.model")
    yield from vocabulary_cases(work, f"{models_folder}/vocabularies")
    yield from family_cases(work)
    yield from trained_cases(work)


def vocab_json_cases(work, smollm2):
    with open(f"{smollm2}/tokenizer.json", encoding="utf-8") as file:
        model = json.load(file)["model"]
    merges = "#version: 0.2\n" + "".join(" ".join(merge) + "\n" for merge in model["merges"])
    files = {"vocab.json": model["vocab"], "merges.txt": merges.encode()}
    for name, settings, model_type in (("gpt2", {"tokenizer_class": "GPT2Tokenizer"}, "gpt2"), ("opt", OPT, "opt"),
                                       ("roberta", {"add_prefix_space": True}, "roberta")):
        yield f"vocab.json, {name}", lambda a=name, b=settings, c=model_type: from_old_files(f"{work}/{a}", files, b, c), 8


def llama_cases(work, name, path):
    """The .model file as it is, the tokenizer.json it was published beside, and what transformers makes of the .model."""
    if not os.path.exists(path):
        return

    def model():
        os.makedirs(f"{work}/{name}")
        shutil.copy(path, f"{work}/{name}/tokenizer.model")
        return f"{work}/{name}", published_llama(path)
    yield f"{name}, tokenizer.model", model, 8
    yield f"{name}, tokenizer.json", lambda: saved(f"{work}/{name}-json", published_llama(path)), 1
    yield f"{name}, converted by transformers", lambda: saved(f"{work}/{name}-converted", from_old_files(
        f"{work}/{name}-old", {"tokenizer.model": path}, {"tokenizer_class": "LlamaTokenizer"}, "llama")[1]), 8


def vocabulary_cases(work, folder):
    """Published vocabularies (fetch_vocabularies.py) in the pipelines of their families."""
    yield from llama_cases(work, "mistral-v1", f"{folder}/mistral-v1.model")
    yield from llama_cases(work, "mistral-v3", f"{folder}/mistral-v3.model")
    for name, (file, family) in VOCABULARIES.items():
        if os.path.exists(f"{folder}/{file}"):
            yield f"vocabulary of {name}", lambda a=name, b=file, c=family: saved(
                f"{work}/{a}", with_vocabulary(FAMILIES[c](["a"], 300), f"{folder}/{b}")), 1


def family_cases(work):
    texts = list(guide_texts())[::12]
    for name, make in FAMILIES.items():
        yield f"family {name}", lambda a=name, b=make: saved(f"{work}/family-{a}", b(texts, 4000)), 8


def trained_cases(work):
    """Families of which no model is at hand: trained here with the options that theirs were trained with."""
    yield "spiece.model, ALBERT", lambda: from_old_files(
        f"{work}/albert", {"spiece.model": trained(model_type="unigram", vocab_size=2000, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1,
                                                   control_symbols=["[CLS]", "[SEP]"], character_coverage=0.99,
                                                   user_defined_symbols=["[MASK]", "(", ")", '"', "-", ".", "–", "£", "€"])},
        {"tokenizer_class": "AlbertTokenizer"}, "albert"), 1
    yield "tokenizer.model, Gemma", lambda: from_old_files(
        f"{work}/gemma", {"tokenizer.model": trained(model_type="bpe", vocab_size=3000, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
                                                     pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", byte_fallback=True,
                                                     user_defined_symbols=["<mask>", "<start_of_turn>", "<end_of_turn>", "\n", "\n\n",
                                                                           "▁▁", "▁▁▁", "<table>"],
                                                     add_dummy_prefix=False, normalization_rule_name="identity", split_digits=True,
                                                     remove_extra_whitespaces=False, allow_whitespace_only_pieces=True,
                                                     character_coverage=0.99)},
        {"tokenizer_class": "GemmaTokenizer"}, "gemma"), 8
    yield "Unigram with byte_fallback, NFKC case folded", lambda: saved(f"{work}/unigram-bytes", unigram_bytes()), 1
    yield "Unigram without bytes, first word prefixed", lambda: saved(f"{work}/unigram-first", unigram_first()), 1
    yield "BPE without bytes, unknowns not fused", lambda: saved(f"{work}/bpe-unknown", bpe_unknown()), 1


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
