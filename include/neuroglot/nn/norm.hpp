/// Normalisation layers.
#pragma once

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// ops/rms_norm.hpp with its weight. (LlamaRMSNorm in Hugging Face)
template <class B>
struct RmsNorm {
  typename B::Vector weight;  ///< (hidden)
  double eps;

  explicit RmsNorm(const Config& config)
      : weight(static_cast<std::size_t>(config.hidden_size)), eps(config.rms_norm_eps) {}

  /// x (tokens, hidden) -> (tokens, hidden)
  template <class Pass>
  auto operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto y = pass.matrix(x.rows, x.cols);
    pass.backend.rms_norm(x, weight, eps, y);
    return y;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("weight", self.weight);
  }
};

}  // namespace neuroglot
