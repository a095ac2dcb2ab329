#!/usr/bin/env python3
"""Tiny random checkpoints of every model family and what Hugging Face transformers computes with them.

Writes for each variant DATA/NAME/: config.json, model.safetensors (fp32, from a fixed seed, tensors named as published)
  sites.safetensors   `ids` (17), every site of those ids in fp32 under its own name: (17, ...), (heads, 17, 17)
  logits.safetensors  for n = 1, 2, 17, 64: `ids.n` (n), and of these ids alone, `logits.n` (n, vocab) in fp32 and
                      `logits_f64.n` in fp64, computed in double precision throughout; of an encoder without a head
                      `hidden.n` and `hidden_f64.n` (n, hidden), the last hidden state
All are committed; run this again only to add a variant: the values depend on the
versions of torch and transformers in their last digits (these: torch 2.15, transformers 5.23).

needs: torch, transformers, safetensors, numpy
"""
import argparse
import json
import pathlib
import tempfile

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save_file
from transformers.pytorch_utils import Conv1D

import family_sites

LENGTHS = (1, 2, 17, 64)
SITES_LENGTH = 17

SHAPE = {"hidden_size": 32, "intermediate_size": 43, "num_attention_heads": 4, "vocab_size": 61, "num_hidden_layers": 2,
         "max_position_embeddings": 128, "bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
GROUPED = SHAPE | {"num_key_value_heads": 2}
ENCODER = SHAPE | {"max_position_embeddings": 64, "hidden_act": "gelu", "type_vocab_size": 2}
ROBERTA = ENCODER | {"max_position_embeddings": 66, "pad_token_id": 1, "bos_token_id": 0, "type_vocab_size": 1,
                     "layer_norm_eps": 1e-5}
OPT = {"vocab_size": 61, "num_hidden_layers": 2, "ffn_dim": 43, "num_attention_heads": 4, "max_position_embeddings": 64,
       "bos_token_id": 2, "eos_token_id": 2, "pad_token_id": 1}


def rope(theta, **fields):
    return {"rope_type": "default", "rope_theta": theta} | fields


# name -> (architecture, fields of config.json, those named as transformers 5 does, those as published where so written)
VARIANTS = {
    # sliding_window and max_window_layers are published and mean nothing without use_sliding_window
    "qwen2": ("Qwen2ForCausalLM", GROUPED | {"tie_word_embeddings": True, "max_window_layers": 1},
              {"rope_parameters": rope(500)}, {"rope_theta": 500, "use_sliding_window": False, "sliding_window": 5}),
    "mistral": ("MistralForCausalLM", GROUPED | {"hidden_size": 36, "num_attention_heads": 6, "sliding_window": 5,
                                                 "tie_word_embeddings": False},
                {"rope_parameters": rope(2000.0)}, {"rope_theta": 2000.0}),
    "qwen3": ("Qwen3ForCausalLM", GROUPED | {"head_dim": 10}, {"rope_parameters": rope(3000.0)}),
    "bert": ("BertForMaskedLM", ENCODER),
    "bloom": ("BloomForCausalLM", {"hidden_size": 27, "n_head": 3, "n_layer": 2, "vocab_size": 61, "pad_token_id": 3}),
    "gpt2": ("GPT2LMHeadModel", {"n_embd": 27, "n_head": 3, "n_layer": 2, "n_positions": 64, "vocab_size": 61,
                                 "bos_token_id": 60, "eos_token_id": 60}, {}, {"n_ctx": 64}),
    "gemma2": ("Gemma2ForCausalLM", GROUPED | {
        "hidden_size": 40, "head_dim": 12, "query_pre_attn_scalar": 4, "sliding_window": 5,
        "attn_logit_softcapping": 5.0, "final_logit_softcapping": 3.0, "hidden_activation": "gelu_pytorch_tanh"},
        {"rope_parameters": rope(700.0), "layer_types": ["sliding_attention", "full_attention"],
         "tie_word_embeddings": True},
        {"rope_theta": 700.0, "hidden_act": "gelu_pytorch_tanh", "cache_implementation": "hybrid"}),
    "gemma3": ("Gemma3ForCausalLM", SHAPE | {
        "hidden_size": 33, "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 8, "num_hidden_layers": 3,
        "query_pre_attn_scalar": 6, "sliding_window": 5},
        {"layer_types": ["sliding_attention", "sliding_attention", "full_attention"],
         "rope_parameters": {"sliding_attention": rope(100.0),
                             "full_attention": rope(5000.0, rope_type="linear", factor=8.0)}}),
    "roberta": ("RobertaForMaskedLM", ROBERTA),
    "xlm_roberta": ("XLMRobertaForMaskedLM", ROBERTA | {"num_attention_heads": 2, "vocab_size": 67}),
    "bert_bare": ("BertModel", ENCODER | {"num_attention_heads": 2}),
    "modernbert": ("ModernBertForMaskedLM", SHAPE | {
        "hidden_size": 24, "intermediate_size": 31, "num_attention_heads": 2, "num_hidden_layers": 4,
        "local_attention": 8, "cls_token_id": 2, "sep_token_id": 3},
        {"layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"],
         "rope_parameters": {"sliding_attention": rope(100.0), "full_attention": rope(8000.0)}},
        {"global_attn_every_n_layers": 3, "global_rope_theta": 8000.0, "local_rope_theta": 100.0, "norm_bias": False}),
    "gpt_neox": ("GPTNeoXForCausalLM", SHAPE | {"num_attention_heads": 2, "use_parallel_residual": True,
                                                "hidden_act": "gelu", "tie_word_embeddings": False},
                 {"rope_parameters": rope(400.0, partial_rotary_factor=0.25)},
                 {"rotary_pct": 0.25, "rotary_emb_base": 400}),
    "opt": ("OPTForCausalLM", OPT | {"hidden_size": 32, "do_layer_norm_before": True}),
    "olmo2": ("Olmo2ForCausalLM", GROUPED, {"rope_parameters": rope(600.0)}),
    # 64 tokens take the long factors, fewer the short ones
    "phi3": ("Phi3ForCausalLM", SHAPE | {"num_attention_heads": 2, "num_key_value_heads": 1,
                                         "original_max_position_embeddings": 32},
             {"rope_parameters": rope(300.0, rope_type="longrope", partial_rotary_factor=0.75,
                                      short_factor=[1.0, 1.05, 1.1, 1.2, 1.35, 1.5],
                                      long_factor=[1.2, 1.5, 2.0, 3.0, 5.0, 8.0])}),
    "cohere": ("CohereForCausalLM", GROUPED | {"logit_scale": 0.25}, {"rope_parameters": rope(900.0)}),
    "distilbert": ("DistilBertForMaskedLM", {"dim": 32, "hidden_dim": 43, "n_heads": 4, "n_layers": 2, "vocab_size": 61,
                                             "max_position_embeddings": 64}),
    "albert": ("AlbertForMaskedLM", ENCODER | {"embedding_size": 20, "num_hidden_layers": 3, "hidden_act": "gelu_new"}),
    "opt350m": ("OPTForCausalLM", OPT | {"hidden_size": 36, "word_embed_proj_dim": 20, "do_layer_norm_before": False}),
    "gpt_neox_sequential": ("GPTNeoXForCausalLM", SHAPE | {"hidden_size": 36, "num_attention_heads": 3,
                                                           "use_parallel_residual": False},
                            {"rope_parameters": rope(800.0, partial_rotary_factor=1.0)}),
    "phi3_plain": ("Phi3ForCausalLM", SHAPE | {"sliding_window": 5, "original_max_position_embeddings": 128},
                   {"rope_parameters": rope(300.0, partial_rotary_factor=1.0)},
                   {"rope_theta": 300.0, "rope_scaling": None}),
    "mixtral": ("MixtralForCausalLM", GROUPED | {"intermediate_size": 24, "num_local_experts": 4},
                {"rope_parameters": rope(600.0)}),
    "qwen3_moe": ("Qwen3MoeForCausalLM", GROUPED | {"head_dim": 10, "moe_intermediate_size": 15, "num_experts": 6,
                                                    "num_experts_per_tok": 3, "norm_topk_prob": True},
                  {"rope_parameters": rope(600.0)}),
}

# tensors that the published gpt2 and bert have besides
UNUSED = {"gpt2": {f"h.{layer}.attn.bias": np.tril(np.ones((1, 1, 64, 64), np.float32)) for layer in (0, 1)},
          "bert": {"bert.pooler.dense.weight": np.ones((32, 32), np.float32),
                   "cls.seq_relationship.weight": np.ones((2, 32), np.float32)}}


def write_config(folder, architecture, fields, new=None, old=None):
    config_class = getattr(transformers, architecture).config_class
    header = {"architectures": [architecture], "model_type": config_class.model_type}
    config_class.from_dict(header | fields | (new or {})).save_pretrained(folder)
    if old is not None:
        wanted = config_class.from_pretrained(folder).to_dict()
        published = header | fields | old | {"torch_dtype": "float32"}
        (folder / "config.json").write_text(json.dumps(published, indent=1) + "\n")
        read = config_class.from_pretrained(folder).to_dict() | {"dtype": None}
        different = [name for name in wanted if read[name] != wanted[name]]
        assert not different, f"{folder.name}: {different} differ in the two generations of config.json"


def draw_weights(model, seed):
    """Fill the model's weights so that all sites are of the order of one."""
    generator, drawn, gemma = np.random.default_rng(seed), set(), model.config.model_type.startswith("gemma")
    for module in sorted(model.modules(), key=lambda module: not isinstance(module, torch.nn.Embedding)):
        for name, weight in module.named_parameters(recurse=False):
            if weight in drawn:
                continue  # tied
            drawn.add(weight)
            values = generator.standard_normal(tuple(weight.shape))
            if "Norm" in type(module).__name__:
                values = 0.2 * values + (name == "weight" and not gemma)
            elif isinstance(module, torch.nn.Embedding):
                values *= 2 / np.sqrt(model.config.hidden_size) if gemma else 1
            elif weight.dim() == 1:
                values *= 0.5
            else:
                values /= np.sqrt(weight.shape[0] if isinstance(module, Conv1D) else weight.shape[-1])
            weight.data.copy_(torch.from_numpy(values))


def published_name(name, model_type):
    if model_type in ("bloom", "gpt2"):
        return name.removeprefix("transformer.")
    if model_type == "bert" and name.startswith(("bert.", "cls.")):
        return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    return name


def write_weights(folder, architecture, seed):
    config = transformers.AutoConfig.from_pretrained(folder)
    model = getattr(transformers, architecture)(config)
    draw_weights(model, seed)
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        saved = load_file(pathlib.Path(scratch) / "model.safetensors")
    weights = {published_name(name, config.model_type): value for name, value in saved.items()}
    save_file(weights | UNUSED.get(folder.name, {}), folder / "model.safetensors", metadata={"format": "pt"})
    loaded = family_sites.load(folder).state_dict()
    assert all(torch.equal(value, loaded[name]) for name, value in model.state_dict().items()), folder


def write_goldens(folder, seed):
    """Run transformers on random ids of each length and write what it computes."""
    model = family_sites.load(folder)
    allowed = np.setdiff1d(np.arange(model.config.vocab_size), [model.config.pad_token_id or 0])
    generator, results, differences = np.random.default_rng(seed + 1000), {}, []
    for n in LENGTHS:
        ids = generator.choice(allowed, n)
        with_sites = n == SITES_LENGTH and model.config.model_type in family_sites.FAMILIES
        single, double = (family_sites.capture(model, ids.tolist(), dtype, with_sites)
                          for dtype in (torch.float32, torch.float64))
        last = "logits" if "logits" in single else "hidden"
        results |= {f"ids.{n}": ids, f"{last}.{n}": single[last], f"{last}_f64.{n}": double[last]}
        differences += [(*difference(single[name], double[name]), f"{name} of {n}") for name in single]
        if with_sites:
            sites = {name: value for name, value in single.items() if name != "hidden"}
            save_file({"ids": ids} | sites, folder / "sites.safetensors")
    save_file(results, folder / "logits.safetensors")
    report(folder, differences)


def difference(single, double):
    """Of fp32 from fp64, relative to the largest value where that is above 1; and the largest value."""
    finite = np.isfinite(single)  # masked scores are infinite, neurons of experts that a token does not go to NaN
    assert np.array_equal(finite, np.isfinite(double)) and single.dtype == np.float32 and double.dtype == np.float64
    largest = np.abs(double[finite]).max()
    return np.abs(single[finite] - double[finite]).max() / max(1, largest), largest


def report(folder, differences):
    """fp32 and fp64 are two runs of one computation: they may differ by rounding alone."""
    (worst, _, name), largest = max(differences), max(largest for _, largest, _ in differences)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1000
    print(f"{folder.name:20} {len(differences):3} arrays, up to {largest:5.1f}; fp32 from fp64 {worst:.1e} ({name});"
          f" {size:.0f} kB")
    assert worst < 2e-5, f"{folder.name}: {name} differs by {worst}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(__file__).parent / "data" / "families",
                        help="folder to write into (default: %(default)s)")
    parser.add_argument("--only", default=",".join(VARIANTS), help="variants (default: %(default)s)")
    arguments = parser.parse_args()
    for seed, (name, (architecture, *fields)) in enumerate(VARIANTS.items()):
        if name in arguments.only.split(","):
            write_config(arguments.data / name, architecture, *fields)
            write_weights(arguments.data / name, architecture, seed)
            write_goldens(arguments.data / name, seed)


if __name__ == "__main__":
    main()
