/// Blocks that also norm what attention and MLP give, before it is added to the residual stream.
#pragma once

#include <type_traits>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/norm.hpp"

namespace neuroglot {

/// x += norm(attention(norm(x))); x += norm(mlp(norm(x))). (Gemma 2 and 3.) With NormBefore = NoNorm OLMo 2's block:
/// x += norm(attention(x)); x += norm(mlp(x)).
///
/// attn_out and mlp_out are what is added to the residual stream: after the second norms.
template <class NormBefore, class NormAfter, class Attention, class Mlp>
struct SandwichBlock {
  NormBefore input_layernorm;
  Attention self_attn;
  NormAfter post_attention_layernorm;
  NormBefore pre_feedforward_layernorm;
  Mlp mlp;
  NormAfter post_feedforward_layernorm;

  explicit SandwichBlock(const Config& config, Index layer = 0)
      : input_layernorm(config),
        self_attn(config, layer),
        post_attention_layernorm(config),
        pre_feedforward_layernorm(config),
        mlp(config),
        post_feedforward_layernorm(config) {}

  static constexpr bool norms_before = requires(NormBefore norm) { norm.weight; };

  template <class Site>
  static constexpr bool lacks(Site at) {
    constexpr bool before = std::is_same_v<Site, site::ln1> || std::is_same_v<Site, site::ln2>;
    return (before && !norms_before) || Attention::lacks(at) || Mlp::lacks(at);
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
    visitor("pre_feedforward_layernorm", self.pre_feedforward_layernorm);
    visitor("mlp", self.mlp);
    visitor("post_feedforward_layernorm", self.post_feedforward_layernorm);
  }

 private:
  template <class Pass>
  void add_attention(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto normed = input_layernorm(pass, x);
    if constexpr (norms_before) pass.at(site::ln1{}, normed);
    const auto out = self_attn(pass, normed);
    post_attention_layernorm.apply(pass, out);
    pass.at(site::attn_out{}, out);
    pass.backend.add(x, out);
  }

  template <class Pass>
  void add_mlp(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto normed = pre_feedforward_layernorm(pass, x);
    if constexpr (norms_before) pass.at(site::ln2{}, normed);
    const auto out = mlp(pass, normed);
    if (pass.done_after(site::mlp_act{})) return;
    post_feedforward_layernorm.apply(pass, out);
    pass.at(site::mlp_out{}, out);
    pass.backend.add(x, out);
  }
};

}  // namespace neuroglot
