/// The softmax of ops/attention.hpp in vector code.
#pragma once

#include <limits>

#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {

/// The largest of n values; -inf of none.
template <Index N>
NEUROGLOT_INLINE float largest_of(const float* values, Index n) {
  auto best = decltype(Lanes<N>::v){} - std::numeric_limits<float>::infinity();
  Index i = 0;
  for (; i + N <= n; i += N) {
    const Lanes<N> x(values + i);
    best = x.v > best ? x.v : best;
  }
  float result = largest(best);
  for (; i < n; ++i) result = values[i] > result ? values[i] : result;
  return result;
}

/// The sum of n values, added up in an order that depends on n alone.
NEUROGLOT_INLINE float sum_in_eights(const float* values, Index n) {
  Float8 total{};
  each<8>(
      n, [&](const float* x) NEUROGLOT_VECTORIZED { total += Eight(x).v; }, values);
  return sum(total);
}

/// values = exp(values - shift), n of them; returns their sum.
template <Index N>
NEUROGLOT_INLINE float exponentiate_and_sum(float* values, Index n, float shift) {
  each<N>(
      n,
      [&](float* x) NEUROGLOT_VECTORIZED {
        Lanes<N> power(x);
        power.v -= shift;
        exponentiate(power.v);
        write(x, power.v);
      },
      values);
  return sum_in_eights(values, n);
}

}  // namespace detail

/// Each row of x becomes exp(x - max) / sum exp(x - max). Trailing -inf change no bit of the others' results.
inline void softmax(MatrixView<float> x) {
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
    for (Index row = 0; row < x.rows; ++row) {
      float* const values = x.row(row).data();
      const float total = detail::exponentiate_and_sum<N>(values, x.cols, detail::largest_of<N>(values, x.cols));
      const float scale = 1.0f / total;
      each<N>(
          x.cols, [&](float* value) NEUROGLOT_VECTORIZED { write(value, Lanes<N>(value).v * scale); }, values);
    }
  });
}

}  // namespace neuroglot::cpu
