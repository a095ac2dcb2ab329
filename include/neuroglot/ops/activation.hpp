/// The non-linearities of MLPs, one function object each.
#pragma once

#include <cmath>
#include <numbers>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// silu(x) = x / (1 + exp(-x)). (Elfwing et al. 2017; "silu" in config.json)
struct Silu {
  template <class T>
  static T apply(T x) {
    return x / (1 + std::exp(-x));
  }
};

/// gelu(x) = x Phi(x), Phi the normal distribution. (Hendrycks and Gimpel 2016; "gelu")
struct Gelu {
  template <class T>
  static T apply(T x) {
    return x / 2 * (1 + std::erf(x / std::numbers::sqrt2_v<T>));
  }
};

/// gelu(x) by tanh: x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). ("gelu_new", "gelu_pytorch_tanh", "gelu_fast",
/// BLOOM's own)
struct GeluTanh {
  template <class T>
  static T apply(T x) {
    const T inner = std::sqrt(2 / std::numbers::pi_v<T>) * (x + static_cast<T>(0.044715) * x * x * x);
    return x / 2 * (1 + std::tanh(inner));
  }
};

/// relu(x) = max(x, 0); NaN stays NaN. ("relu")
struct Relu {
  template <class T>
  static T apply(T x) {
    return x < 0 ? T{} : x;
  }
};

namespace reference {

/// x = f(x), element by element, in place.
template <class Activation, class T>
void activate(Activation, MatrixView<T> x) {
  for (Index row = 0; row < x.rows; ++row)
    for (T& value : x.row(row)) value = Activation::apply(value);
}

}  // namespace reference
}  // namespace neuroglot
