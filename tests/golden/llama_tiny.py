#!/usr/bin/env python3
"""Tiny random LLaMA checkpoints and what Hugging Face transformers computes with them, for the tests of models/.

Writes for each variant DATA/NAME/: config.json, model.safetensors (fp32, from a fixed seed) and
  sites.safetensors   `ids` (17), every site of those ids in fp32 under its own name: (17, ...), (heads, 17, 17)
  logits.safetensors  for n = 1, 2, 17, 64: `ids.n` (n), and of these ids alone, `logits.n` (n, vocab) in fp32 and
                      `logits_f64.n` in fp64, computed in double precision throughout
and for `grouped` also sites_f64.safetensors, every site in fp64. All are committed; run this again only to add a
variant: the values depend on the versions of torch and transformers in their last digits (these: torch 2.15,
transformers 5.23).

needs: torch, transformers, safetensors, numpy
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

import hf_sites

LENGTHS = (1, 2, 17, 64)
SITES_LENGTH = 17

SHAPE = {"hidden_size": 48, "intermediate_size": 63, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 12,
         "vocab_size": 101, "num_hidden_layers": 2, "max_position_embeddings": 128}
SMALL = {"hidden_size": 32, "intermediate_size": 40, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
         "vocab_size": 61, "num_hidden_layers": 1}

# name -> fields of config.json; rope_theta and rope_scaling as transformers 4 wrote them, rope_parameters as 5 does.
VARIANTS = {
    "grouped": SHAPE | {"tie_word_embeddings": True, "rope_theta": 10000.0, "rope_scaling": None},
    "multihead": SHAPE | {"hidden_size": 36, "intermediate_size": 56, "num_attention_heads": 3,
                          "num_key_value_heads": 3, "vocab_size": 67, "rms_norm_eps": 1e-6,
                          "tie_word_embeddings": False,
                          "rope_parameters": {"rope_type": "default", "rope_theta": 500.0}},
    # a head dimension that is not hidden size / heads, one key/value head for all, biases in every projection
    "biases": SHAPE | {"hidden_size": 40, "intermediate_size": 56, "num_key_value_heads": 1, "head_dim": 14,
                       "vocab_size": 67, "attention_bias": True, "mlp_bias": True,
                       "tie_word_embeddings": False, "rope_theta": 10000.0},
    "linear": SMALL | {"max_position_embeddings": 128, "rope_theta": 10000.0,
                       "rope_scaling": {"type": "linear", "factor": 2.5}},
    # lengths 1 and 2 are within the trained context, 17 and 64 beyond
    "dynamic": SMALL | {"max_position_embeddings": 8,
                        "rope_parameters": {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 3.0}},
    "yarn": SMALL | {"max_position_embeddings": 2048,
                     "rope_parameters": {"rope_type": "yarn", "rope_theta": 1000.0, "factor": 4.0,
                                         "original_max_position_embeddings": 512}},
    "llama3": SMALL | {"max_position_embeddings": 4096, "rope_theta": 10000.0,
                       "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                                        "high_freq_factor": 4.0, "original_max_position_embeddings": 512}},
}
COMMON = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "rms_norm_eps": 1e-5,
          "tie_word_embeddings": True, "attention_bias": False, "mlp_bias": False, "torch_dtype": "float32"}


def projections(config):
    """Name in a layer -> (rows, columns, whether it has a bias)."""
    hidden, intermediate, d = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    queries, keys = config["num_attention_heads"] * d, config["num_key_value_heads"] * d
    shapes = {"self_attn.q_proj": (queries, hidden), "self_attn.k_proj": (keys, hidden),
              "self_attn.v_proj": (keys, hidden), "self_attn.o_proj": (hidden, queries),
              "mlp.gate_proj": (intermediate, hidden), "mlp.up_proj": (intermediate, hidden),
              "mlp.down_proj": (hidden, intermediate)}
    bias = {"self_attn": config["attention_bias"], "mlp": config["mlp_bias"]}
    return {name: (*shape, bias[name.split(".")[0]]) for name, shape in shapes.items()}


def random_weights(config, seed):
    """Weights under their published names, drawn so that all sites are of the order of one."""
    draw = np.random.default_rng(seed).standard_normal
    weights = {"model.embed_tokens.weight": draw((config["vocab_size"], config["hidden_size"]))}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            weights[f"{prefix}{norm}.weight"] = 1 + 0.2 * draw(config["hidden_size"])
        for name, (rows, columns, bias) in projections(config).items():
            weights[f"{prefix}{name}.weight"] = draw((rows, columns)) / np.sqrt(columns)
            if bias:
                weights[f"{prefix}{name}.bias"] = 0.5 * draw(rows)
    weights["model.norm.weight"] = 1 + 0.2 * draw(config["hidden_size"])
    if not config["tie_word_embeddings"]:
        weights["lm_head.weight"] = draw((config["vocab_size"], config["hidden_size"])) / np.sqrt(config["hidden_size"])
    return {name: w.astype(np.float32) for name, w in weights.items()}


def write_checkpoint(folder, config, seed):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file(random_weights(config, seed), folder / "model.safetensors", metadata={"format": "pt"})


def write_goldens(folder, config, seed):
    """Run transformers on random ids of each length and write what it computes."""
    model = hf_sites.load(folder)
    draw = np.random.default_rng(seed + 1000)
    logits = {}
    for n in LENGTHS:
        ids = draw.integers(0, config["vocab_size"], n).tolist()
        single, double = (hf_sites.capture(model, ids, dtype) for dtype in (torch.float32, torch.float64))
        logits |= {f"ids.{n}": np.array(ids), f"logits.{n}": single["logits"], f"logits_f64.{n}": double["logits"]}
        if n == SITES_LENGTH:
            save_file({"ids": np.array(ids)} | single, folder / "sites.safetensors")
            if folder.name == "grouped":
                save_file({"ids": np.array(ids)} | double, folder / "sites_f64.safetensors")
            check_close(folder.name, single, double)
    save_file(logits, folder / "logits.safetensors")


def check_close(name, single, double):
    """fp32 and fp64 are two runs of one computation: they may differ by rounding alone."""
    worst = max((largest_difference(single[site], double[site]), site) for site in single)
    print(f"{name}: {len(single)} sites; fp32 from fp64 at most {worst[0]:.1e} ({worst[1]})")
    assert worst[0] < 2e-5, f"{name}: {worst[1]} differs by {worst[0]}"


def largest_difference(a, b):
    finite = np.isfinite(a)
    assert np.array_equal(finite, np.isfinite(b)) and a.dtype == np.float32 and b.dtype == np.float64
    return float(np.abs(a[finite] - b[finite]).max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(__file__).parent / "data" / "llama",
                        help="folder to write into (default: %(default)s)")
    parser.add_argument("--only", default=",".join(VARIANTS), help="variants (default: %(default)s)")
    arguments = parser.parse_args()
    for seed, (name, fields) in enumerate(VARIANTS.items()):
        if name in arguments.only.split(","):
            write_checkpoint(arguments.data / name, COMMON | fields, seed)
            write_goldens(arguments.data / name, COMMON | fields, seed)


if __name__ == "__main__":
    main()
