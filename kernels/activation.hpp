/// The non-linearities of MLPs, one function object each. (ops/activation.hpp)
#pragma once

#include <cmath>

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// x / (1 + exp(-x))
struct Silu {
  NEUROGLOT_HOST_DEVICE float operator()(float x) const { return x / (1.0f + expf(-x)); }
};
/// x Phi(x)
struct Gelu {
  NEUROGLOT_HOST_DEVICE float operator()(float x) const { return x / 2 * (1.0f + erff(x * 0.70710678f)); }
};
/// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
struct GeluTanh {
  NEUROGLOT_HOST_DEVICE float operator()(float x) const {
    return x / 2 * (1.0f + tanhf(0.79788456f * (x + 0.044715f * x * x * x)));
  }
};
/// max(x, 0); NaN stays NaN.
struct Relu {
  NEUROGLOT_HOST_DEVICE float operator()(float x) const { return x < 0 ? 0.0f : x; }
};

/// x (tokens, width) = f(x), in place; f: one of these.
template <class F, class T>
void activate(Stream stream, F f, Rows<T> x);

}  // namespace neuroglot::cuda
