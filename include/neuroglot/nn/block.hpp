/// The pre-norm block: norms stand before attention and MLP. Its relatives are in files of their own: post_norm_block,
/// sandwich_block, parallel_block.
#pragma once

#include <type_traits>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// x += attention(norm(x)); x += mlp(norm(x)). (Xiong et al. 2020, Fig. 1b)
/// FirstNorm, the one before attention, may leave x as it is in some blocks (ModernBERT's first): these have no ln1.
template <class Norm, class Attention, class Mlp, class FirstNorm = Norm>
struct PreNormBlock {
  FirstNorm input_layernorm;
  Attention self_attn;
  Norm post_attention_layernorm;
  Mlp mlp;

  explicit PreNormBlock(const Config& config, Index layer = 0)
      : input_layernorm(first_norm(config, layer)),
        self_attn(config, layer),
        post_attention_layernorm(config),
        mlp(config) {}

  template <class Site>
  static constexpr bool lacks(Site at) {
    return Attention::lacks(at) || Mlp::lacks(at);
  }

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
  static FirstNorm first_norm(const Config& config, [[maybe_unused]] Index layer) {
    if constexpr (std::is_constructible_v<FirstNorm, const Config&, Index>)
      return FirstNorm(config, layer);
    else
      return FirstNorm(config);
  }

  template <class Pass>
  void add_attention(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto normed = input_layernorm(pass, x);
    if (normed.data != x.data) pass.at(site::ln1{}, normed);
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
