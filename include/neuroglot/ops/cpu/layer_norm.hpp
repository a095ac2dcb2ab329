/// ops/layer_norm.hpp in vector code.
#pragma once

#include <cmath>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {

/// The sum of (x - shift)^2 where `squared`, else of x - shift, over a row. Padding lanes of its last eight must not
/// count: they are left to a loop.
template <bool squared>
NEUROGLOT_INLINE float sum_of(const float* x, Index n, float shift) {
  Float8 total{};
  Index i = 0;
  for (; i + 8 <= n; i += 8) {
    const Float8 value = Eight(x + i).v - shift;
    total += squared ? value * value : value;
  }
  float result = sum(total);
  for (; i < n; ++i) result += squared ? (x[i] - shift) * (x[i] - shift) : x[i] - shift;
  return result;
}

}  // namespace detail

/// x, y (tokens, hidden), may be the same; weight (hidden), bias (hidden) or null.
inline void layer_norm(Threads& threads, MatrixView<const float> x, const float* weight, const float* bias, float eps,
                       MatrixView<float> y) {
  threads.for_ranges(x.rows, 32, [&](Index first, Index count, int) {
    vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
      const auto width = static_cast<float>(x.cols);
      for (Index row = first; row < first + count; ++row) {
        const float* const from = x.row(row).data();
        float* const to = y.row(row).data();
        const float mean = detail::sum_of<false>(from, x.cols, 0.0f) / width;
        const float scale = 1.0f / std::sqrt(detail::sum_of<true>(from, x.cols, mean) / width + eps);
        each<N>(
            x.cols,
            [&](float* out, const float* values, const float* weights)
                NEUROGLOT_VECTORIZED { write(out, (Lanes<N>(values).v - mean) * scale * Lanes<N>(weights).v); },
            to, from, weight);
        if (bias == nullptr) continue;
        each<N>(
            x.cols,
            [&](float* out, const float* biases)
                NEUROGLOT_VECTORIZED { write(out, Lanes<N>(out).v + Lanes<N>(biases).v); },
            to, bias);
      }
    });
  });
}

}  // namespace neuroglot::cpu
