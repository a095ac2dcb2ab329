"""Every site of a checkpoint of any family as Hugging Face transformers computes it, under neuroglot's names.

A family is a table: module -> (site of its input, site of its output). Queries and keys after rotation are read at the
family's own eager attention function; scores and pattern at the softmax. Nothing of the pass is written anew.

needs: torch, transformers, numpy
"""
import contextlib
import copy
import dataclasses
import importlib
import unittest.mock

import numpy as np
import torch
import transformers

import expert_sites
import hf_sites

transformers.logging.set_verbosity_error()
BLOCK = {"": ("hook_resid_pre", "hook_resid_post")}


@dataclasses.dataclass
class Family:
    """Module names are relative to the base model and, in `sites`, to the layer."""
    embed: str
    layers: str
    sites: dict
    final: str = ""
    rotary: bool = True
    heads_first: bool = False  # a fused projection: q, k, v of the first head, then of the second; or all q, all k, ...


def attention(prefix, q, k, v, out):
    return {prefix + q: (None, "attn.hook_q"), prefix + k: (None, "attn.hook_k"), prefix + v: (None, "attn.hook_v"),
            prefix + out: ("attn.hook_z", "hook_attn_out")}


def fused(qkv, out):
    return {qkv: (None, "qkv"), out: ("attn.hook_z", "hook_attn_out")}


def norms_before(first, second):
    return BLOCK | {first: (None, "ln1.hook_output"), second: ("hook_resid_mid", "ln2.hook_output")}


def norms_after(first, second):
    return {"": ("hook_resid_pre", None), first: ("hook_resid_mid", "ln1.hook_output"),
            second: ("hook_resid_post", "ln2.hook_output")}


def plain_mlp(into, activation, out):
    return {into: (None, "mlp.hook_pre"), activation: (None, "mlp.hook_act"), out: ("mlp.hook_post", "hook_mlp_out")}


SPLIT_ATTENTION = attention("self_attn.", "q_proj", "k_proj", "v_proj", "o_proj")
GATED_MLP = plain_mlp("mlp.gate_proj", "mlp.act_fn", "mlp.down_proj") | {"mlp.up_proj": (None, "mlp.hook_pre_linear")}
LLAMA_BLOCK = norms_before("input_layernorm", "post_attention_layernorm") | SPLIT_ATTENTION | GATED_MLP
GEMMA_BLOCK = norms_before("input_layernorm", "pre_feedforward_layernorm") | SPLIT_ATTENTION | GATED_MLP | {
    "self_attn.o_proj": ("attn.hook_z", None), "mlp.down_proj": ("mlp.hook_post", None),
    "post_attention_layernorm": (None, "hook_attn_out"), "post_feedforward_layernorm": (None, "hook_mlp_out")}
OLMO2_BLOCK = {name: sites for name, sites in GEMMA_BLOCK.items() if name not in
               ("input_layernorm", "pre_feedforward_layernorm")} | {"mlp": ("hook_resid_mid", None)}
COHERE_BLOCK = BLOCK | {"input_layernorm": (None, "ln1.hook_output")} | SPLIT_ATTENTION | GATED_MLP
PHI3_BLOCK = norms_before("input_layernorm", "post_attention_layernorm") | fused(
    "self_attn.qkv_proj", "self_attn.o_proj") | plain_mlp("mlp.gate_up_proj", "mlp.activation_fn", "mlp.down_proj") | {
    "mlp.gate_up_proj": (None, "gate_up")}
GPT2_BLOCK = norms_before("ln_1", "ln_2") | fused("attn.c_attn", "attn.c_proj") | plain_mlp(
    "mlp.c_fc", "mlp.act", "mlp.c_proj")
BLOOM_BLOCK = norms_before("input_layernorm", "post_attention_layernorm") | fused(
    "self_attention.query_key_value", "self_attention.dense") | plain_mlp(
    "mlp.dense_h_to_4h", "mlp.gelu_impl", "mlp.dense_4h_to_h")
OPT_INSIDE = attention("self_attn.", "q_proj", "k_proj", "v_proj", "out_proj") | plain_mlp(
    "fc1", "activation_fn", "fc2")
NEOX_BLOCK = norms_before("input_layernorm", "post_attention_layernorm") | fused(
    "attention.query_key_value", "attention.dense") | plain_mlp("mlp.dense_h_to_4h", "mlp.act", "mlp.dense_4h_to_h")
BERT_BLOCK = norms_after("attention.output.LayerNorm", "output.LayerNorm") | attention(
    "attention.", "self.query", "self.key", "self.value", "output.dense") | plain_mlp(
    "intermediate.dense", "intermediate.intermediate_act_fn", "output.dense")
DISTILBERT_BLOCK = norms_after("sa_layer_norm", "output_layer_norm") | attention(
    "attention.", "q_lin", "k_lin", "v_lin", "out_lin") | plain_mlp("ffn.lin1", "ffn.activation", "ffn.lin2")
ALBERT_BLOCK = norms_after("attention.LayerNorm", "full_layer_layer_norm") | attention(
    "attention.", "query", "key", "value", "dense") | plain_mlp("ffn", "activation", "ffn_output")
MOE_BLOCK = norms_before("input_layernorm", "post_attention_layernorm") | SPLIT_ATTENTION | {"mlp": (None, "hook_mlp_out")}
MODERNBERT_BLOCK = norms_before("attn_norm", "mlp_norm") | fused("attn.Wqkv", "attn.Wo") | {
    "mlp.Wi": (None, "gate_up"), "mlp.act": (None, "mlp.hook_act"), "mlp.Wo": ("mlp.hook_post", "hook_mlp_out")}

BERT = Family("embeddings.word_embeddings", "encoder.layer", BERT_BLOCK, rotary=False)
FAMILIES = {name: Family("embed_tokens", "layers", block, "norm") for name, block in
            {"mistral": LLAMA_BLOCK, "qwen2": LLAMA_BLOCK, "qwen3": LLAMA_BLOCK, "gemma2": GEMMA_BLOCK,
             "gemma3_text": GEMMA_BLOCK, "olmo2": OLMO2_BLOCK, "phi3": PHI3_BLOCK, "cohere": COHERE_BLOCK,
             "mixtral": MOE_BLOCK, "qwen3_moe": MOE_BLOCK}.items()} | {
    "bloom": Family("word_embeddings", "h", BLOOM_BLOCK, "ln_f", rotary=False, heads_first=True),
    "gpt2": Family("wte", "h", GPT2_BLOCK, "ln_f", rotary=False),
    "gpt_neox": Family("embed_in", "layers", NEOX_BLOCK, "final_layer_norm", heads_first=True),
    "opt": Family("decoder.embed_tokens", "decoder.layers", OPT_INSIDE, "decoder.final_layer_norm", rotary=False),
    "bert": BERT, "roberta": BERT, "xlm-roberta": BERT,
    "distilbert": Family("embeddings.word_embeddings", "transformer.layer", DISTILBERT_BLOCK, rotary=False),
    "albert": Family("embeddings.word_embeddings", "encoder.albert_layer_groups.0.albert_layers", ALBERT_BLOCK,
                     rotary=False),
    "modernbert": Family("embeddings.tok_embeddings", "layers", MODERNBERT_BLOCK, "final_norm"),
}


def family_of(config):
    """The family's table, as the configuration orders its blocks."""
    family = FAMILIES[config.model_type]
    if config.model_type == "opt":
        order = norms_before if config.do_layer_norm_before else norms_after
        return dataclasses.replace(family, sites=order("self_attn_layer_norm", "final_layer_norm") | family.sites,
                                   final=family.final if config.do_layer_norm_before else "")
    if config.model_type == "gpt_neox" and config.use_parallel_residual:
        both_norms = {"post_attention_layernorm": (None, "ln2.hook_output")}
        return dataclasses.replace(family, sites=family.sites | both_norms)
    return family


def load(folder):
    """The checkpoint in fp32, ready to run; every weight but a pooler's, which stands behind all sites, must be in it."""
    architecture = getattr(transformers, transformers.AutoConfig.from_pretrained(folder).architectures[0])
    model, found = architecture.from_pretrained(folder, attn_implementation="eager", experts_implementation="eager",
                                                dtype=torch.float32, output_loading_info=True)
    missing = {name for name in found["missing_keys"] if not name.startswith("pooler.")}
    assert not missing and not found["mismatched_keys"], found
    return model.eval()


def capture(model, ids, dtype=torch.float32, with_sites=True):
    """One sequence through the model: {site name: array}, and `logits`, or `hidden` where the model has no head."""
    with hf_sites.in_double() if dtype == torch.float64 else contextlib.nullcontext(), torch.no_grad():
        model = made_afresh(model)
        listener = Listener(model, len(ids))
        with listener if with_sites else contextlib.nullcontext():
            output = model(torch.tensor([ids]), **({"use_cache": False} if hasattr(model.config, "use_cache") else {}))
        name, last = ("logits", "logits") if "logits" in output else ("hidden", "last_hidden_state")
        return listener.found | {name: output[last][0].numpy().copy()}


def made_afresh(model):
    """A copy in the default precision whose constants (rotary frequencies, Gemma's scale) are computed in it too."""
    fresh = type(model)(copy.deepcopy(model.config)).eval()
    fresh.load_state_dict(model.state_dict())
    return fresh.to(torch.get_default_dtype())


class Listener:
    """While it is open, what passes through the model's modules and its attention is kept in `found`."""

    def __init__(self, model, tokens):
        self.model, self.tokens, self.found, self.block = model, tokens, {}, -1
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        self.family, base = family_of(self.model.config), self.model.base_model
        self.hear(base.get_submodule(self.family.embed), None, "hook_embed")
        for layer in base.get_submodule(self.family.layers):
            self.on_input(layer, self.next_block)
            for name, (into, out) in self.family.sites.items():
                self.hear(layer.get_submodule(name), into, out, in_block=True)
            if self.family.sites is MOE_BLOCK:
                expert_sites.listen(layer.mlp, self.stack, self.keep)
        if self.family.final:
            self.hear(base.get_submodule(self.family.final), None, "ln_final.hook_output")
        self.stack.enter_context(unittest.mock.patch.object(torch.nn.functional, "softmax", self.softmax))
        if self.family.rotary:
            source = importlib.import_module(type(self.model).__module__)
            self.eager = source.eager_attention_forward
            self.stack.enter_context(unittest.mock.patch.object(source, "eager_attention_forward", self.attention))
        return self

    def __exit__(self, *exception):
        self.stack.close()

    def next_block(self, value):
        """ALBERT's one layer is called several times: blocks are counted, not taken from the module."""
        self.block += 1

    def on_input(self, module, hear):
        self.stack.callback(module.register_forward_pre_hook(lambda module, inputs: hear(inputs[0])).remove)

    def hear(self, module, into, out, in_block=False):
        def keep(site, value):
            value = value[0] if isinstance(value, tuple) else value
            for name, part in self.parts(site, value.reshape(self.tokens, -1)).items():
                self.keep(name, part, in_block)

        if isinstance(module, torch.nn.Identity):
            return  # ModernBERT's first block has no norm before attention
        if into:
            self.on_input(module, lambda value: keep(into, value))
        if out:
            self.stack.callback(module.register_forward_hook(lambda module, inputs, output: keep(out, output)).remove)

    def keep(self, site, value, in_block=True):
        self.found[f"blocks.{self.block}." * in_block + site] = value.detach().numpy().copy()

    def parts(self, site, value):
        """Fused projections taken apart; any other site is one part."""
        if site == "gate_up":
            return dict(zip(("mlp.hook_pre", "mlp.hook_pre_linear"), value.chunk(2, dim=1)))
        if site != "qkv":
            return {site: value}
        config = self.model.config
        heads, groups = config.num_attention_heads, getattr(config, "num_key_value_heads", config.num_attention_heads)
        if self.family.heads_first:
            split = [part.flatten(1) for part in value.unflatten(1, (heads, -1)).chunk(3, dim=2)]
        else:
            head_dim = value.shape[1] // (heads + 2 * groups)
            split = value.split([count * head_dim for count in (heads, groups, groups)], dim=1)
        return dict(zip(("attn.hook_q", "attn.hook_k", "attn.hook_v"), split))

    def attention(self, module, query, key, *rest, **options):
        self.keep("attn.hook_rot_q", query[0].transpose(0, 1).flatten(1))
        self.keep("attn.hook_rot_k", key[0].transpose(0, 1).flatten(1))
        return self.eager(module, query, key, *rest, **options)

    def softmax(self, scores, dim, **options):
        """In place of torch.nn.functional.softmax; transformers masks with the lowest finite number."""
        pattern = torch.softmax(scores, dim, **options)
        if scores.dim() != 4:
            return pattern  # a router's
        self.keep("attn.hook_attn_scores", scores[0].masked_fill(scores[0] < -1e30, -np.inf))
        self.keep("attn.hook_pattern", pattern[0])
        return pattern
