"""Published vocabularies without a tokenizer.json (fetch_vocabularies.py) put into the pipelines of their families."""
import base64
import json

from tokenizers import Tokenizer, pre_tokenizers

# file, family
VOCABULARIES = {"Qwen": ("qwen.tiktoken", "qwen"), "Llama 3": ("llama3.tiktoken", "llama3"), "Mistral Nemo": ("mistral-nemo.json", "mistral_nemo")}


def byte_letters():
    """GPT-2's letter for each byte: visible bytes are themselves, the others follow from U+0100 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in visible]
    letters = {byte: chr(byte) for byte in visible} | {byte: chr(0x100 + i) for i, byte in enumerate(others)}
    assert set(letters.values()) == set(pre_tokenizers.ByteLevel.alphabet())
    return letters


def read_ranks(path):
    """(the bytes of the pieces in order, the names of the tokens that come before them)"""
    if path.endswith(".json"):
        with open(path, encoding="utf-8") as file:
            tekken = json.load(file)
        reserved = tekken["config"]["default_num_special_tokens"]
        ranks = [base64.b64decode(piece["token_bytes"]) for piece in tekken["vocab"]]
        names = ["<unk>", "<s>", "</s>", "[INST]"]
        return ranks[:tekken["config"]["default_vocab_size"] - reserved], names + [f"<SPECIAL_{i}>" for i in range(len(names), reserved)]
    with open(path, encoding="utf-8") as lines:
        return [base64.b64decode(line.split()[0]) for line in lines], []


def merges_of(ranks):
    """Each way to make a piece of two others, the pieces in the order of their ranks."""
    rank_of = {piece: rank for rank, piece in enumerate(ranks)}
    for piece in ranks:
        pairs = [(piece[:at], piece[at:]) for at in range(1, len(piece)) if piece[:at] in rank_of and piece[at:] in rank_of]
        yield from sorted(pairs, key=lambda pair: (rank_of[pair[0]], rank_of[pair[1]]))


def with_vocabulary(tokenizer, path):
    """The pipeline of `tokenizer` around the vocabulary; added tokens that this lacks come behind it."""
    letters = byte_letters()
    ranks, names = read_ranks(path)
    spell = lambda piece: "".join(letters[byte] for byte in piece)
    file = json.loads(tokenizer.to_str())
    vocabulary = {name: i for i, name in enumerate(names)}
    vocabulary.update((spell(piece), len(names) + rank) for rank, piece in enumerate(ranks))
    file["model"]["vocab"] = vocabulary
    file["model"]["merges"] = [[spell(left), spell(right)] for left, right in merges_of(ranks)]
    ids = {}
    for token in file["added_tokens"]:
        token["id"] = ids[token["content"]] = vocabulary.get(token["content"], len(vocabulary) + sum(name not in vocabulary for name in ids))
    file["added_tokens"].sort(key=lambda token: token["id"])
    post = file["post_processor"] or {}
    for step in post.get("processors", [post]):
        for name, token in step.get("special_tokens", {}).items():
            token["ids"] = [ids[name]]
    return Tokenizer.from_str(json.dumps(file))
