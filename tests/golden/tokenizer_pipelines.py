"""Small tokenizers of every kind, trained on given texts: what the families' published pipelines are put around."""
import io
import json

import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as spm
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def special(content, **flags):
    return AddedToken(content, **{"special": True, "normalized": False, **flags})


def plain(content, **flags):
    return special(content, **{"special": False, **flags})


def template(tokenizer, single):
    names = [part for part in single.split() if part != "$A"]
    return processors.TemplateProcessing(single=single, special_tokens=[(name, tokenizer.token_to_id(name)) for name in names])


def byte_level(texts, size, added, single=None, post=None, **model):
    """Byte-level BPE; what stands around its model is set by the caller before it is trained."""
    def train(normalizer, *pre):
        tokenizer = Tokenizer(models.BPE(**model))
        if normalizer:
            tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = pre[0] if len(pre) == 1 else pre_tokenizers.Sequence(list(pre))
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=size, show_progress=False, initial_alphabet=alphabet))
        tokenizer.add_tokens(added)
        steps = [post] if post else []
        if single:
            steps.append(template(tokenizer, single))
        if steps:
            tokenizer.post_processor = steps[0] if len(steps) == 1 else processors.Sequence(steps)
        return tokenizer
    return train


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def bytes_only():
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)


def gpt2_words(prefix=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=True)


def with_bytes(texts, size, normalizer, pre_tokenizer, names, added, single, strip):
    """BPE over characters with the pieces of the bytes: `names` come before these in the vocabulary."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    # SentencePiece trains on words; the published pipelines leave the text one word.
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next") if normalizer else pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(vocab_size=size, limit_alphabet=300, special_tokens=[*names, *BYTES], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer = without_byte_tokens(tokenizer)
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.add_tokens(added)
    last = [decoders.Strip(" ", 1, 0)] if strip else []
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *last])
    tokenizer.post_processor = template(tokenizer, single)
    return tokenizer


def without_byte_tokens(tokenizer):
    """The trainer makes added tokens of the byte pieces, which they are not in published files."""
    file = json.loads(tokenizer.to_str())
    file["added_tokens"] = [token for token in file["added_tokens"] if token["content"] not in BYTES]
    return Tokenizer.from_str(json.dumps(file))


def unigram(texts, size, first, unknown, rules):
    """A model that SentencePiece trains and its character map; `first`: pieces that come before the model's own."""
    model = io.BytesIO()
    sentences = [line.strip() for text in texts for line in text.split("\n") if line.strip()][:20000]
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(sentences), model_writer=model, model_type="unigram", vocab_size=size,
                                             hard_vocab_limit=False, character_coverage=0.99, num_threads=1, minloglevel=2, **rules)
    proto = spm.ModelProto.FromString(model.getvalue())
    pieces = [(name, 0.0) for name in first] + [(piece.piece, piece.score) for piece in proto.pieces[3:]] + [("<mask>", 0.0)]
    return Tokenizer(models.Unigram(pieces, unk_id=unknown)), normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)


def with_metaspace(tokenizer, single):
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = template(tokenizer, single)
    return tokenizer
