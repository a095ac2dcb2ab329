/// Blocks: how norms, attention and MLP stand around the residual stream.
#pragma once

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// Pre-norm residual block: x += attention(norm(x)); x += mlp(norm(x)). (Xiong et al. 2020, Fig. 1b)
template <class Norm, class Attention, class Mlp>
struct PreNormBlock {
  Norm input_layernorm;
  Attention self_attn;
  Norm post_attention_layernorm;
  Mlp mlp;

  explicit PreNormBlock(const Config& config)
      : input_layernorm(config), self_attn(config), post_attention_layernorm(config), mlp(config) {}

  /// x (tokens, hidden): the residual stream, updated in place.
  template <class Pass>
  void operator()(Pass& pass, typename Pass::View x) const {
    pass.at(site::resid_pre{}, x);
    add_attention(pass, x);
    pass.at(site::resid_mid{}, x);
    add_mlp(pass, x);
    pass.at(site::resid_post{}, x);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("input_layernorm", self.input_layernorm);
    visitor("self_attn", self.self_attn);
    visitor("post_attention_layernorm", self.post_attention_layernorm);
    visitor("mlp", self.mlp);
  }

 private:
  template <class Pass>
  void add_attention(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto normed = input_layernorm(pass, x);
    pass.at(site::ln1{}, normed);
    const auto out = self_attn(pass, normed);
    pass.at(site::attn_out{}, out);
    pass.backend.add(x, out);
  }

  template <class Pass>
  void add_mlp(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto normed = post_attention_layernorm(pass, x);
    pass.at(site::ln2{}, normed);
    const auto out = mlp(pass, normed);
    if (pass.done_after(site::mlp_act{})) return;
    pass.at(site::mlp_out{}, out);
    pass.backend.add(x, out);
  }
};

}  // namespace neuroglot
