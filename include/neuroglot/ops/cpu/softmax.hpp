/// The softmax of ops/attention.hpp in vector code.
#pragma once

#include <limits>

#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {

/// The largest of n values; -inf of none.
NEUROGLOT_INLINE float largest_of(const float* values, Index n) {
  Float8 best = Float8{} - std::numeric_limits<float>::infinity();
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    const Eight x(values + i);
    best = x.v > best ? x.v : best;
  }
  float result = largest(best);
  for (; i < n; ++i) result = values[i] > result ? values[i] : result;
  return result;
}

/// values = exp(values - shift), n of them; returns their sum, added up in an order that depends on n alone.
NEUROGLOT_INLINE float exponentiate_and_sum(float* values, Index n, float shift) {
  Float8 total{};
  each_eight(
      n,
      [&](float* x) NEUROGLOT_VECTORIZED {
        Float8 power = Eight(x).v - shift;
        exponentiate(power);
        write(x, power);
      },
      values);
  each_eight(
      n, [&](const float* x) NEUROGLOT_VECTORIZED { total += Eight(x).v; }, values);
  return sum(total);
}

}  // namespace detail

/// Each row of x becomes exp(x - max) / sum exp(x - max). Trailing -inf change no bit of the others' results.
inline void softmax(MatrixView<float> x) {
  vectorized([&]() NEUROGLOT_VECTORIZED {
    for (Index row = 0; row < x.rows; ++row) {
      float* const values = x.row(row).data();
      const float total = detail::exponentiate_and_sum(values, x.cols, detail::largest_of(values, x.cols));
      const float scale = 1.0f / total;
      each_eight(
          x.cols, [&](float* value) NEUROGLOT_VECTORIZED { write(value, Eight(value).v * scale); }, values);
    }
  });
}

}  // namespace neuroglot::cpu
