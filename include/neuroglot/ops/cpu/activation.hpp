/// ops/activation.hpp in vector code: each non-linearity on the lanes of a vector.
#pragma once

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

template <class Floats>
NEUROGLOT_INLINE void apply(Silu, Floats& x) {
  Floats power = -x;
  exponentiate(power);
  x = x / (1.0f + power);
}

/// x becomes tanh(x), to 1e-7: 1 - 2 / (e^2x + 1).
template <class Floats>
NEUROGLOT_INLINE void hyperbolic_tangent(Floats& x) {
  Floats power = x + x;
  exponentiate(power);
  x = 1.0f - 2.0f / (power + 1.0f);
}

// The error function by formula 7.1.26 of Abramowitz and Stegun, Handbook of Mathematical Functions, to 1.5e-7.
template <class Floats>
NEUROGLOT_INLINE void apply(Gelu, Floats& x) {
  const Floats argument = x * 0.70710678f;
  const Floats magnitude = argument < 0.0f ? -argument : argument;
  const Floats t = 1.0f / (1.0f + 0.3275911f * magnitude);
  Floats p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  Floats power = -magnitude * magnitude;
  exponentiate(power);
  const Floats tail = p * t * power;  // 1 - erf(|argument|)
  x = x * 0.5f * (argument < 0.0f ? tail : 2.0f - tail);
}

template <class Floats>
NEUROGLOT_INLINE void apply(GeluTanh, Floats& x) {
  Floats inner = 0.79788456f * (x + 0.044715f * x * x * x);
  hyperbolic_tangent(inner);
  x = x * 0.5f * (1.0f + inner);
}

template <class Floats>
NEUROGLOT_INLINE void apply(Relu, Floats& x) {
  x = x < 0.0f ? Floats{} : x;
}

/// x (tokens, width) = f(x), in place.
template <class Activation>
void activate(Threads& threads, Activation f, MatrixView<float> x) {
  threads.for_ranges(x.rows, 16, [&](Index first, Index count, int) {
    vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
      for (Index row = first; row < first + count; ++row)
        each<N>(
            x.cols,
            [&](float* values) NEUROGLOT_VECTORIZED {
              Lanes<N> value(values);
              apply(f, value.v);
              write(values, value.v);
            },
            x.row(row).data());
    });
  });
}

}  // namespace neuroglot::cpu
