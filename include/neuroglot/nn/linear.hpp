/// A linear layer: y = x W^T + b, b left out where the checkpoint has none. (torch.nn.Linear)
#pragma once

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

template <class B>
struct Linear {
  typename B::Weight weight;  ///< (out_features, in_features)
  typename B::Vector bias;    ///< (out_features), or empty

  Linear(Index in_features, Index out_features, bool with_bias)
      : weight(in_features, out_features), bias(static_cast<std::size_t>(with_bias ? out_features : 0)) {}

  /// x (tokens, in_features) -> (tokens, out_features)
  template <class Pass>
  auto operator()(Pass& pass, typename Pass::ConstView x) const {
    const auto y = pass.matrix(x.rows, weight.out_features());
    pass.backend.matmul(x, weight, bias, y);
    return y;
  }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor("weight", self.weight);
    visitor("bias", self.bias);
  }
};

}  // namespace neuroglot
