/// A mixture of experts in place of an MLP.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/linear.hpp"
#include "neuroglot/nn/mlp.hpp"
#include "neuroglot/ops/route.hpp"

namespace neuroglot {

/// y = sum over a token's experts e of w_e expert_e(x), w the largest of softmax(W_gate x). (MixtralSparseMoeBlock and
/// Qwen3MoeSparseMoeBlock in Hugging Face)
///
/// Hooks hear the sites inside the MLP expert by expert, see Place; an expert that no token goes to is not computed.
template <class B, class Activation>
struct SparseMoe {
  Linear<B> gate;
  std::vector<GatedMlp<B, Activation>> experts;
  Index num_experts_per_tok;
  bool norm_topk_prob;

  explicit SparseMoe(const Config& config)
      : gate(config.hidden_size, config.num_experts, false),
        num_experts_per_tok(config.num_experts_per_tok),
        norm_topk_prob(config.norm_topk_prob) {
    for (Index expert = 0; expert < config.num_experts; ++expert) experts.emplace_back(config);
  }

  template <class Site>
  static constexpr bool lacks(Site) {
    return false;
  }

  /// x (tokens, hidden) -> (tokens, hidden); an empty view where nobody wants what comes after the neurons.
  template <class Pass>
  typename Pass::View operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto weights = gate(pass, x);
    pass.backend.softmax(weights);
    pass.at(site::expert_weights{}, weights);
    const Routing routing = pass.backend.route(weights, num_experts_per_tok, norm_topk_prob);
    const auto y = pass.matrix(x.rows, x.cols);
    pass.backend.clear(y);
    for (std::size_t expert = 0; expert < experts.size(); ++expert)
      if (!routing.rows[expert].empty()) add_expert(pass, x, expert, routing, y);
    return pass.done_after(site::mlp_act{}) ? typename Pass::View{} : y;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("gate", self.gate);
    for (std::size_t expert = 0; expert < self.experts.size(); ++expert)
      visitor("experts." + std::to_string(expert), self.experts[expert]);
  }

 private:
  template <class Pass>
  void add_expert(Pass& pass, typename Pass::ConstView x, std::size_t expert, const Routing& routing,
                  typename Pass::View y) const {
    const Workspace::Scope scope(pass.backend.workspace());
    const std::vector<Index>& rows = routing.rows[expert];
    const auto chosen = pass.matrix(static_cast<Index>(rows.size()), x.cols);
    pass.backend.gather(x, rows, chosen);
    pass.enter_expert(static_cast<Index>(expert), static_cast<Index>(experts.size()), rows);
    const auto out = experts[expert](pass, chosen);
    pass.leave_expert();
    if (!pass.done_after(site::mlp_act{})) pass.backend.scatter_add(out, rows, routing.weights[expert], y);
  }
};

}  // namespace neuroglot
