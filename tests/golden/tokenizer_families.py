"""The pipelines of published tokenizer.json files, family by family, around small models trained here.

FAMILIES: {name: function of the texts to train on and the size of the vocabulary}. Normaliser, pre-tokenizer, post-processor,
decoder and the flags of the added tokens are those of the files of the models named beside each.
"""
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from tokenizer_pipelines import byte_level, bytes_only, gpt2_words, plain, special, split, template, unigram, with_bytes, with_metaspace

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}|{REST}"
LLAMA3 = rf"{CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{REST}"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN = (rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*|\p{{N}}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"


def qwen(texts, size):
    """Qwen/Qwen2-7B, Qwen/Qwen3-8B"""
    added = [special("<|endoftext|>"), special("<|im_start|>"), special("<|im_end|>"), plain("<tool_call>"), plain("<think>")]
    train = byte_level(texts, size, added, post=processors.ByteLevel(add_prefix_space=False, trim_offsets=False))
    return train(normalizers.NFC(), split(QWEN), bytes_only())


def llama3(texts, size):
    """meta-llama/Meta-Llama-3-8B"""
    added = [special("<|begin_of_text|>"), special("<|end_of_text|>"), special("<|eot_id|>")]
    train = byte_level(texts, size, added, "<|begin_of_text|> $A", processors.ByteLevel(add_prefix_space=True, trim_offsets=False),
                       ignore_merges=True)
    return train(None, split(LLAMA3), bytes_only())


def olmo2(texts, size):
    """allenai/OLMo-2-1124-7B"""
    added = [special("<|endoftext|>"), special("<|im_start|>"), plain("|||IP_ADDRESS|||")]
    train = byte_level(texts, size, added, post=processors.ByteLevel(add_prefix_space=True, trim_offsets=False))
    return train(None, split(LLAMA3, "removed", True), bytes_only())


def mistral_nemo(texts, size):
    """mistralai/Mistral-Nemo-Base-2407"""
    added = [special("<unk>"), special("<s>"), special("</s>"), special("[INST]")]
    return byte_level(texts, size, added, "<s> $A", ignore_merges=True)(None, split(TEKKEN), bytes_only())


def bloom(texts, size):
    """bigscience/bloom"""
    added = [special("<unk>"), special("<s>"), special("</s>"), special("<pad>")]
    train = byte_level(texts, size, added, post=processors.ByteLevel(add_prefix_space=True, trim_offsets=False))
    return train(None, split(BLOOM), bytes_only())


def gpt_neox(texts, size):
    """EleutherAI/pythia-160m"""
    spaces = [plain(" " * n, normalized=True) for n in range(24, 1, -1)]
    train = byte_level(texts, size, [special("<|endoftext|>"), special("<|padding|>"), *spaces],
                       post=processors.ByteLevel(add_prefix_space=True, trim_offsets=True))
    return train(normalizers.NFC(), gpt2_words())


def modernbert(texts, size):
    """answerdotai/ModernBERT-base"""
    added = [plain("|||IP_ADDRESS|||", normalized=True), special("<|padding|>"), *(plain(" " * n, normalized=True) for n in range(24, 1, -1)),
             special("[UNK]"), special("[CLS]"), special("[SEP]"), special("[PAD]"), special("[MASK]", lstrip=True)]
    return byte_level(texts, size, added, "[CLS] $A [SEP]")(normalizers.NFC(), gpt2_words())


def cohere(texts, size):
    """CohereForAI/aya-expanse-8b"""
    added = [special("<PAD>"), special("<UNK>"), special("<BOS_TOKEN>"), special("<EOS_TOKEN>"), plain("<|START_OF_TURN_TOKEN|>")]
    train = byte_level(texts, size, added, "<BOS_TOKEN> $A")
    return train(normalizers.NFC(), pre_tokenizers.Digits(individual_digits=True), gpt2_words())


def gpt2(texts, size):
    """openai-community/gpt2"""
    train = byte_level(texts, size, [special("<|endoftext|>", normalized=True)], post=processors.ByteLevel(trim_offsets=False))
    return train(None, gpt2_words())


def prepend_and_replace():
    return normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])


def mixtral(texts, size):
    """mistralai/Mixtral-8x7B-v0.1, meta-llama/Llama-2-7b-hf"""
    return with_bytes(texts, size, prepend_and_replace(), None, ["<unk>", "<s>", "</s>"], [], "<s> $A", True)


def phi3(texts, size):
    """microsoft/Phi-3-mini-4k-instruct"""
    added = [plain("</s>", rstrip=True), special("<|endoftext|>"), special("<|assistant|>", rstrip=True), special("<|end|>", rstrip=True)]
    return with_bytes(texts, size, prepend_and_replace(), None, ["<unk>", "<s>"], added, "<s> $A", True)


def mistral_v3(texts, size):
    """mistralai/Mistral-7B-v0.3"""
    return with_bytes(texts, size, None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), ["<unk>", "<s>", "</s>", "[INST]"],
                      [], "<s> $A", True)


def gemma(texts, size):
    """google/gemma-2-2b, google/gemma-3-1b-pt"""
    added = [special("<mask>"), special("<start_of_turn>"), *(plain("\n" * n) for n in (1, 2, 3)), *(plain("▁" * n) for n in (2, 3, 4)),
             plain("<table>")]
    return with_bytes(texts, size, normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"),
                      ["<pad>", "<eos>", "<bos>", "<unk>"], added, "<bos> $A", False)


def mmbert(texts, size):
    """jhu-clsp/mmBERT-base"""
    added = [special("<mask>", lstrip=True), special("<start_of_turn>"), *(plain("▁" * n) for n in (2, 3, 4))]
    return with_bytes(texts, size, normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"),
                      ["<pad>", "<eos>", "<bos>", "<unk>"], added, "<bos> $A <eos>", False)


def bert(texts, size):
    """google-bert/bert-base-multilingual-cased, distilbert/distilbert-base-multilingual-cased"""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=size, limit_alphabet=300, special_tokens=names,
                                                                   show_progress=False))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = template(tokenizer, "[CLS] $A [SEP]")
    return tokenizer


def xlm_roberta(texts, size, **rules):
    """FacebookAI/xlm-roberta-base"""
    tokenizer, charsmap = unigram(texts, size, ["<s>", "<pad>", "</s>", "<unk>"], 3, rules)
    tokenizer.normalizer = charsmap
    tokenizer.add_tokens([special("<s>"), special("<pad>"), special("</s>"), special("<unk>"), special("<mask>", lstrip=True)])
    return with_metaspace(tokenizer, "<s> $A </s>")


def albert(texts, size, **rules):
    """albert/albert-base-v2"""
    tokenizer, charsmap = unigram(texts, size, ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], 1, rules)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                                 normalizers.StripAccents(), normalizers.Lowercase(), charsmap])
    tokenizer.add_tokens([special("<pad>"), special("<unk>"), special("[CLS]"), special("[SEP]"), special("[MASK]", lstrip=True)])
    return with_metaspace(tokenizer, "[CLS] $A [SEP]")


FAMILIES = {make.__name__: make for make in (qwen, llama3, olmo2, mistral_nemo, bloom, gpt_neox, modernbert, cohere, gpt2, mixtral, phi3, mistral_v3,
                                             gemma, mmbert, bert, xlm_roberta, albert)}
