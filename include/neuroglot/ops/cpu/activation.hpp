/// ops/activation.hpp in vector code: each non-linearity on eight values.
#pragma once

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

NEUROGLOT_INLINE void apply(Silu, Float8& x) {
  Float8 power = -x;
  exponentiate(power);
  x = x / (1.0f + power);
}

/// x (tokens, width) = f(x), in place.
template <class Activation>
void activate(Threads& threads, Activation f, MatrixView<float> x) {
  threads.for_ranges(x.rows, 16, [&](Index first, Index count, int) {
    vectorized([&]() NEUROGLOT_VECTORIZED {
      for (Index row = first; row < first + count; ++row)
        each_eight(
            x.cols,
            [&](float* values) NEUROGLOT_VECTORIZED {
              Eight value(values);
              apply(f, value.v);
              write(values, value.v);
            },
            x.row(row).data());
    });
  });
}

}  // namespace neuroglot::cpu
