/// Parallel blocks: attention and MLP both read the block's input.
#pragma once

#include <type_traits>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// x += attention(norm1(x)) + mlp(norm2(x)). (GPT-NeoX; Wang and Komatsuzaki 2021) Checkpoints with
/// use_parallel_residual false are pre-norm blocks with the same weights.
template <class Norm, class Attention, class Mlp>
struct NeoxBlock {
  Norm input_layernorm;
  Attention self_attn;
  Norm post_attention_layernorm;
  Mlp mlp;
  bool parallel;

  explicit NeoxBlock(const Config& config, Index layer = 0)
      : input_layernorm(config),
        self_attn(config, layer),
        post_attention_layernorm(config),
        mlp(config),
        parallel(config.use_parallel_residual) {}

  template <class Site>
  static constexpr bool lacks(Site at) {
    return Attention::lacks(at) || Mlp::lacks(at);
  }

  /// x (tokens, hidden): the residual stream, updated in place.
  template <class Pass>
  void operator()(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    pass.at(site::resid_pre{}, x);
    const auto normed = input_layernorm(pass, x);
    pass.at(site::ln1{}, normed);
    const auto attended = self_attn(pass, normed);
    pass.at(site::attn_out{}, attended);
    if (!parallel) {
      pass.backend.add(x, attended);
      pass.at(site::resid_mid{}, x);
    }
    const auto normed_again = post_attention_layernorm(pass, x);
    pass.at(site::ln2{}, normed_again);
    const auto out = mlp(pass, normed_again);
    if (pass.done_after(site::mlp_act{})) return;
    pass.at(site::mlp_out{}, out);
    if (parallel) pass.backend.add(x, attended);
    pass.backend.add(x, out);
    pass.at(site::resid_post{}, x);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("input_layernorm", self.input_layernorm);
    visitor("self_attn", self.self_attn);
    visitor("post_attention_layernorm", self.post_attention_layernorm);
    visitor("mlp", self.mlp);
  }
};

/// y = norm(x); x += attention(y) + mlp(y): one norm for both. (Cohere's Command R and Aya)
template <class Norm, class Attention, class Mlp>
struct ParallelBlock {
  Norm input_layernorm;
  Attention self_attn;
  Mlp mlp;

  explicit ParallelBlock(const Config& config, Index layer = 0)
      : input_layernorm(config), self_attn(config, layer), mlp(config) {}

  template <class Site>
  static constexpr bool lacks(Site at) {
    return std::is_same_v<Site, site::resid_mid> || std::is_same_v<Site, site::ln2> || Attention::lacks(at) ||
           Mlp::lacks(at);
  }

  /// x (tokens, hidden): the residual stream, updated in place.
  template <class Pass>
  void operator()(Pass& pass, typename Pass::View x) const {
    const Workspace::Scope scope(pass.backend.workspace());
    pass.at(site::resid_pre{}, x);
    const auto normed = input_layernorm(pass, x);
    pass.at(site::ln1{}, normed);
    const auto attended = self_attn(pass, normed);
    pass.at(site::attn_out{}, attended);
    const auto out = mlp(pass, normed);
    if (pass.done_after(site::mlp_act{})) return;
    pass.at(site::mlp_out{}, out);
    pass.backend.add(x, attended);
    pass.backend.add(x, out);
    pass.at(site::resid_post{}, x);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("input_layernorm", self.input_layernorm);
    visitor("self_attn", self.self_attn);
    visitor("mlp", self.mlp);
  }
};

}  // namespace neuroglot
