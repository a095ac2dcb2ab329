"""The sites inside a mixture of experts, which transformers computes expert by expert in one module.

A layer's neurons are numbered through its experts, (tokens, experts * width), NaN where a token was not routed to the
expert. The values are read at the functional.linear calls and the activation function of the experts' own forward pass.

needs: torch, numpy
"""
import unittest.mock

import numpy as np
import torch

SITES = ("mlp.hook_pre", "mlp.hook_act", "mlp.hook_pre_linear", "mlp.hook_post")


class Experts:
    """What one experts module is doing: the rows of each expert that is called, in the order of the calls."""

    def __init__(self, keep):
        self.keep, self.linear = keep, torch.nn.functional.linear
        self.rows, self.calls, self.open = [], 0, False

    def routed(self, module, inputs, output):
        """The router has spoken: (logits, weights, indices (tokens, top_k))."""
        logits, _, indices = output
        self.keep("mlp.hook_expert_weights", torch.softmax(logits, -1))
        self.rows = [(expert, torch.where((indices == expert).T)[1]) for expert in range(logits.shape[1])]
        self.rows = [(expert, rows) for expert, rows in self.rows if len(rows)]
        self.tokens, self.experts = logits.shape

    def begin(self, module, inputs):
        self.found, self.calls, self.open = {}, 0, True

    def end(self, module, inputs, output):
        self.open = False
        assert self.calls == 2 * len(self.rows), "each expert is two linear layers: gate and up together, and down"
        for site in SITES:
            self.keep(site, torch.from_numpy(self.found[site]))

    def put(self, site, value):
        expert, rows = self.rows[self.calls // 2]
        width = value.shape[1]
        all_of_them = self.found.setdefault(site, np.full((self.tokens, self.experts * width), np.nan,
                                                          value.detach().numpy().dtype))
        all_of_them[rows.numpy(), expert * width:(expert + 1) * width] = value.detach().numpy()

    def linear_layer(self, x, weight, bias=None):
        output = self.linear(x, weight, bias)
        if self.open:
            if self.calls % 2 == 0:
                for site, part in zip(("mlp.hook_pre", "mlp.hook_pre_linear"), output.chunk(2, dim=-1)):
                    self.put(site, part)
            else:
                self.put("mlp.hook_post", x)
            self.calls += 1
        return output

    def activated(self, module, inputs, output):
        self.calls -= 1  # between an expert's two linear layers
        self.put("mlp.hook_act", output)
        self.calls += 1


def listen(mlp, stack, keep):
    """From now until `stack` is closed, keep(site, value) is called for the sites inside a sparse MLP."""
    experts = Experts(keep)
    for handle in (mlp.gate.register_forward_hook(experts.routed), mlp.experts.register_forward_pre_hook(experts.begin),
                   mlp.experts.register_forward_hook(experts.end),
                   mlp.experts.act_fn.register_forward_hook(experts.activated)):
        stack.callback(handle.remove)
    stack.enter_context(unittest.mock.patch.object(torch.nn.functional, "linear", experts.linear_layer))
