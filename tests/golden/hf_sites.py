"""Every site of a LLaMA checkpoint as Hugging Face transformers computes it, under neuroglot's names.

The modules' own inputs and outputs are read by forward hooks; queries, keys and scores after rotation, which no module
returns, at transformers' eager attention function. Nothing of the pass is written anew, so that the values are its own.

needs: torch, transformers, numpy
"""
import contextlib
import copy
import fnmatch
import functools
import unittest.mock

import numpy as np
import torch
import transformers
from transformers.models.llama import modeling_llama

EAGER = modeling_llama.eager_attention_forward
DOUBLE = torch.float64
transformers.utils.logging.disable_progress_bar()


def load(folder, attention="eager"):
    """The checkpoint in fp32, ready to run."""
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation=attention,
                                                              dtype=torch.float32)
    return model.eval()


def capture(model, ids, dtype=torch.float32, sites="*"):
    """One sequence through the model: {site name: array}, in the order of the pass.

    ids: list of token ids. dtype: torch.float32, or torch.float64 for a pass in which all is done in double precision,
    also what transformers always does in single precision (norms, softmax, rotary frequencies). sites: names separated
    by commas, * standing for anything. Shapes: (tokens, ...) and for scores and pattern (heads, tokens, tokens); masked
    scores are -inf. Scores, pattern and rotated queries and keys need a model loaded with eager attention.
    """
    wanted = functools.partial(fits, sites.split(","))
    found = {}

    def keep(name, value):
        if wanted(name):
            found[name] = value.detach().squeeze(0).numpy().copy()

    context = in_double if dtype == DOUBLE else contextlib.nullcontext
    with context(), torch.no_grad():
        model = prepared(model, dtype)
        with listening(model, keep), listening_attention(keep):
            keep("logits", model(torch.tensor([ids]), use_cache=False).logits)
    return found


def fits(patterns, name):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def prepared(model, dtype):
    """The model in the precision wanted, with rotary frequencies made afresh: dynamic ones remember earlier lengths."""
    if dtype == DOUBLE:
        model = copy.deepcopy(model).to(DOUBLE)
    model.model.rotary_emb = type(model.model.rotary_emb)(model.config)
    return model


@contextlib.contextmanager
def in_double():
    """While it lasts, whatever asks torch for single precision gets double."""
    default = torch.get_default_dtype()
    torch.set_default_dtype(DOUBLE)
    with unittest.mock.patch.object(torch, "float32", torch.float64), \
            unittest.mock.patch.object(torch, "float", torch.float64), \
            unittest.mock.patch.object(torch.Tensor, "float", torch.Tensor.double):
        try:
            yield
        finally:
            torch.set_default_dtype(default)


@contextlib.contextmanager
def listening(model, keep):
    """Hooks on all modules whose input or output is a site."""
    handles = []

    def hear_output(module, name):
        handles.append(module.register_forward_hook(lambda module, inputs, output: keep(name, output)))

    def hear_input(module, name):
        handles.append(module.register_forward_pre_hook(lambda module, inputs: keep(name, inputs[0])))

    hear_output(model.model.embed_tokens, "hook_embed")
    for number, layer in enumerate(model.model.layers):
        hear_block(layer, f"blocks.{number}.", hear_input, hear_output)
    hear_output(model.model.norm, "ln_final.hook_output")
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def hear_block(layer, block, hear_input, hear_output):
    """The sites of one decoder layer, in the order of the pass."""
    hear_input(layer, block + "hook_resid_pre")
    hear_output(layer.input_layernorm, block + "ln1.hook_output")
    hear_output(layer.self_attn.q_proj, block + "attn.hook_q")
    hear_output(layer.self_attn.k_proj, block + "attn.hook_k")
    hear_output(layer.self_attn.v_proj, block + "attn.hook_v")
    hear_input(layer.self_attn.o_proj, block + "attn.hook_z")
    hear_output(layer.self_attn.o_proj, block + "hook_attn_out")
    hear_input(layer.post_attention_layernorm, block + "hook_resid_mid")
    hear_output(layer.post_attention_layernorm, block + "ln2.hook_output")
    hear_output(layer.mlp.gate_proj, block + "mlp.hook_pre")
    hear_output(layer.mlp.act_fn, block + "mlp.hook_act")
    hear_output(layer.mlp.up_proj, block + "mlp.hook_pre_linear")
    hear_input(layer.mlp.down_proj, block + "mlp.hook_post")
    hear_output(layer.mlp, block + "hook_mlp_out")
    hear_output(layer, block + "hook_resid_post")


@contextlib.contextmanager
def listening_attention(keep):
    """The four sites inside of attention: (1, heads, tokens, head_dim) queries and keys, and what follows from them."""

    def attention(module, query, key, value, attention_mask, scaling, **options):
        block = f"blocks.{module.layer_idx}.attn."
        keep(block + "hook_rot_q", query.transpose(1, 2).flatten(2))
        keep(block + "hook_rot_k", key.transpose(1, 2).flatten(2))
        keep(block + "hook_attn_scores", masked_scores(module, query, key, scaling))
        output, pattern = EAGER(module, query, key, value, attention_mask, scaling, **options)
        keep(block + "hook_pattern", pattern)
        return output, pattern

    with unittest.mock.patch.object(modeling_llama, "eager_attention_forward", attention):
        yield


def masked_scores(module, query, key, scaling):
    """transformers' scores before the softmax, -inf where it adds the lowest finite number instead."""
    key = modeling_llama.repeat_kv(key, module.num_key_value_groups)
    scores = torch.matmul(query, key.transpose(2, 3)) * scaling
    later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -np.inf)
