/// Normalisation layers.
#pragma once

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// ops/rms_norm.hpp with its weight. (LlamaRMSNorm in Hugging Face; with offset 1 GemmaRMSNorm)
template <class B, int offset = 0>
struct RmsNorm {
  typename B::Vector weight;  ///< (width)
  double eps;

  RmsNorm(Index width, double epsilon) : weight(static_cast<std::size_t>(width)), eps(epsilon) {}
  explicit RmsNorm(const Config& config) : RmsNorm(config.hidden_size, config.rms_norm_eps) {}

  /// x (tokens, width) -> (tokens, width)
  template <class Pass>
  auto operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto y = pass.matrix(x.rows, x.cols);
    pass.backend.rms_norm(x, weight, eps, y, offset);
    return y;
  }
  /// x (tokens, width), in place.
  template <class Pass>
  void apply(Pass& pass, typename Pass::View x) const {
    pass.backend.rms_norm(x, weight, eps, x, offset);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("weight", self.weight);
  }
};

/// Gemma's: the weights say how far they are from 1.
template <class B>
using OffsetRmsNorm = RmsNorm<B, 1>;

/// ops/layer_norm.hpp with its weight, and a bias unless the config says there is none. (torch.nn.LayerNorm)
template <class B>
struct LayerNorm {
  typename B::Vector weight;  ///< (width)
  typename B::Vector bias;    ///< (width), or empty
  double eps;

  LayerNorm(Index width, const Config& config)
      : weight(static_cast<std::size_t>(width)),
        bias(static_cast<std::size_t>(config.norm_bias ? width : 0)),
        eps(config.layer_norm_eps) {}
  explicit LayerNorm(const Config& config) : LayerNorm(config.hidden_size, config) {}

  /// x (tokens, width) -> (tokens, width)
  template <class Pass>
  auto operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto y = pass.matrix(x.rows, x.cols);
    pass.backend.layer_norm(x, weight, bias, eps, y);
    return y;
  }
  /// x (tokens, width), in place.
  template <class Pass>
  void apply(Pass& pass, typename Pass::View x) const {
    pass.backend.layer_norm(x, weight, bias, eps, x);
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("weight", self.weight);
    visitor("bias", self.bias);
  }
};

/// A layer norm in all blocks but the first, whose input has just been normed. (ModernBERT)
template <class B>
struct LayerNormAfterFirstBlock {
  LayerNorm<B> norm;

  LayerNormAfterFirstBlock(const Config& config, Index layer) : norm(layer == 0 ? 0 : config.hidden_size, config) {}

  template <class Pass>
  typename Pass::View operator()(Pass& pass, typename Pass::View x) const {
    return norm.weight.empty() ? x : norm(pass, x);
  }
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    LayerNorm<B>::visit(self.norm, visitor);
  }
};

/// Where a family has no norm.
template <class B>
struct NoNorm {
  explicit NoNorm(const Config&) {}

  template <class Pass>
  auto operator()(Pass&, typename Pass::View x) const {
    return x;
  }
  template <class Self, class Visitor>
  static void visit(Self&, Visitor&) {}
};

}  // namespace neuroglot
