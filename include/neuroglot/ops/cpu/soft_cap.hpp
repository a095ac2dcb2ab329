/// ops/soft_cap.hpp in vector code.
#pragma once

#include "neuroglot/ops/cpu/activation.hpp"
#include "neuroglot/ops/cpu/simd.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot::cpu {

/// x = cap tanh(x / cap), in place.
inline void soft_cap(MatrixView<float> x, float cap) {
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
    for (Index row = 0; row < x.rows; ++row)
      each<N>(
          x.cols,
          [&](float* values) NEUROGLOT_VECTORIZED {
            Lanes<N> value(values);
            value.v /= cap;
            hyperbolic_tangent(value.v);
            write(values, value.v * cap);
          },
          x.row(row).data());
  });
}

/// x = factor x, in place.
inline void scale(MatrixView<float> x, float factor) {
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
    for (Index row = 0; row < x.rows; ++row)
      each<N>(
          x.cols, [&](float* values) NEUROGLOT_VECTORIZED { write(values, Lanes<N>(values).v * factor); },
          x.row(row).data());
  });
}

/// The scores of the next token as a family has them.
inline void shape_logits(MatrixView<float> x, const LogitShape& shape) {
  if (shape.scale != 1) scale(x, static_cast<float>(shape.scale));
  if (shape.softcap > 0) soft_cap(x, static_cast<float>(shape.softcap));
}

}  // namespace neuroglot::cpu
