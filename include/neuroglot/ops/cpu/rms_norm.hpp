/// ops/rms_norm.hpp in vector code.
#pragma once

#include <cmath>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

/// x, y (tokens, hidden), may be the same; weight (hidden).
inline void rms_norm(Threads& threads, MatrixView<const float> x, const float* weight, float eps, MatrixView<float> y,
                     float offset = 0) {
  threads.for_ranges(x.rows, 32, [&](Index first, Index count, int) {
    vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
      for (Index row = first; row < first + count; ++row) {
        const float* const from = x.row(row).data();
        Float8 squares{};
        each<8>(
            x.cols, [&](const float* values) NEUROGLOT_VECTORIZED { squares += Eight(values).v * Eight(values).v; },
            from);
        const float scale = 1.0f / std::sqrt(sum(squares) / static_cast<float>(x.cols) + eps);
        each<N>(
            x.cols,
            [&](float* to, const float* values, const float* weights)
                NEUROGLOT_VECTORIZED { write(to, Lanes<N>(values).v * scale * (Lanes<N>(weights).v + offset)); },
            y.row(row).data(), from, weight);
      }
    });
  });
}

}  // namespace neuroglot::cpu
