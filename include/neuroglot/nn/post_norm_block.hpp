/// The post-norm block: norms stand after attention and MLP, on the residual stream itself.
#pragma once

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// x = norm(x + attention(x)); x = norm(x + mlp(x)). (Vaswani et al. 2017; BertLayer in Hugging Face)
///
/// resid_mid and resid_post are the sums before the norms, ln1 and ln2 what the norms make of them: ln2 is the next
/// block's resid_pre.
template <class Norm, class Attention, class Mlp>
struct PostNormBlock {
  Attention self_attn;
  Norm attention_layernorm;
  Mlp mlp;
  Norm output_layernorm;

  explicit PostNormBlock(const Config& config, Index layer = 0)
      : self_attn(config, layer), attention_layernorm(config), mlp(config), output_layernorm(config) {}

  template <class Site>
  static constexpr bool lacks(Site at) {
    return Attention::lacks(at) || Mlp::lacks(at);
  }

  /// x (tokens, hidden), updated in place.
  template <class Pass>
  void operator()(Pass& pass, typename Pass::View x) const {
    pass.ln2_comes_last = true;
    pass.at(site::resid_pre{}, x);
    add_attention(pass, x);
    const Workspace::Scope scope(pass.backend.workspace());
    const auto out = mlp(pass, x);
    if (pass.done_after(site::mlp_act{})) return;
    pass.at(site::mlp_out{}, out);
    pass.backend.add(x, out);
    pass.at(site::resid_post{}, x);
    output_layernorm.apply(pass, x);
    pass.at(site::ln2{}, x);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("self_attn", self.self_attn);
    visitor("attention_layernorm", self.attention_layernorm);
    visitor("mlp", self.mlp);
    visitor("output_layernorm", self.output_layernorm);
  }

 private:
  template <class Pass>
  void add_attention(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const auto out = self_attn(pass, x);
    pass.at(site::attn_out{}, out);
    pass.backend.add(x, out);
    pass.at(site::resid_mid{}, x);
    attention_layernorm.apply(pass, x);
    pass.at(site::ln1{}, x);
  }
};

}  // namespace neuroglot
