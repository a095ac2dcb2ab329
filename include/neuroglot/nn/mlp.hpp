/// The two-layer networks of a block, whose inner values are the neurons.
#pragma once

#include <type_traits>

#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/activation.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/linear.hpp"

namespace neuroglot {

/// mlp(x) = W_down (f(W_gate x) * W_up x). (Shazeer 2020, "GLU variants"; LlamaMLP in Hugging Face)
template <class B, class Activation>
struct GatedMlp {
  Linear<B> gate_proj, up_proj, down_proj;
  ActivationPart<Activation> act_fn;

  explicit GatedMlp(const Config& config)
      : gate_proj(config.hidden_size, config.intermediate_size, config.mlp_bias),
        up_proj(config.hidden_size, config.intermediate_size, config.mlp_bias),
        down_proj(config.intermediate_size, config.hidden_size, config.mlp_bias),
        act_fn(config) {}

  template <class Site>
  static constexpr bool lacks(Site) {
    return std::is_same_v<Site, site::expert_weights>;
  }

  /// x (tokens, hidden) -> (tokens, hidden); an empty view where nobody wants what comes after the neurons.
  template <class Pass>
  typename Pass::View operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto neurons = gate_proj(pass, x);
    pass.at(site::mlp_pre{}, neurons);
    if (multiplies_at_once(pass)) {
      act_fn.at_neurons(pass, neurons, up_proj(pass, x));
    } else {
      act_fn.at_neurons(pass, neurons);
      if (pass.done_after(site::mlp_act{})) return {};
      const auto up = up_proj(pass, x);
      pass.at(site::mlp_pre_linear{}, up);
      pass.backend.multiply(neurons, up);
    }
    pass.at(site::mlp_post{}, neurons);
    return down_proj(pass, neurons);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("gate_proj", self.gate_proj);
    visitor("up_proj", self.up_proj);
    visitor("down_proj", self.down_proj);
  }

 private:
  // Sites are heard in their order: whoever listens to the up projection wants to hear of the neurons first.
  template <class Pass>
  static bool multiplies_at_once(const Pass& pass) {
    if constexpr (FusesActivations<typename Pass::Backend>)
      return !pass.hears(site::mlp_pre_linear{}) && !pass.done_after(site::mlp_act{});
    else
      return false;
  }
};

/// mlp(x) = W_down f(W_up x). (Vaswani et al. 2017; GPT-2, BERT and most of their time)
template <class B>
struct PlainMlp {
  Linear<B> up_proj, down_proj;
  NamedActivation act_fn;

  explicit PlainMlp(const Config& config)
      : up_proj(config.hidden_size, config.intermediate_size, config.mlp_bias),
        down_proj(config.intermediate_size, config.hidden_size, config.mlp_bias),
        act_fn(config) {}

  template <class Site>
  static constexpr bool lacks(Site) {
    return std::is_same_v<Site, site::mlp_pre_linear> || std::is_same_v<Site, site::expert_weights>;
  }

  /// x (tokens, hidden) -> (tokens, hidden); an empty view where nobody wants what comes after the neurons.
  template <class Pass>
  typename Pass::View operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto neurons = up_proj(pass, x);
    pass.at(site::mlp_pre{}, neurons);
    act_fn.at_neurons(pass, neurons);
    if (pass.done_after(site::mlp_act{})) return {};
    pass.at(site::mlp_post{}, neurons);
    return down_proj(pass, neurons);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("up_proj", self.up_proj);
    visitor("down_proj", self.down_proj);
  }
};

}  // namespace neuroglot
