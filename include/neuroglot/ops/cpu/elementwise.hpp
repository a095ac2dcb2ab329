/// ops/elementwise.hpp in vector code.
#pragma once

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {
/// x = f(x, y) for matrices of one shape.
template <class F>
void combine(Threads& threads, MatrixView<float> x, MatrixView<const float> y, F f) {
  threads.for_ranges(x.rows, 32, [&](Index first, Index count, int) {
    vectorized([&]() NEUROGLOT_VECTORIZED {
      for (Index row = first; row < first + count; ++row) each_eight(x.cols, f, x.row(row).data(), y.row(row).data());
    });
  });
}
}  // namespace detail

/// x += y
inline void add(Threads& threads, MatrixView<float> x, MatrixView<const float> y) {
  detail::combine(threads, x, y,
                  [](float* to, const float* from) NEUROGLOT_VECTORIZED { write(to, Eight(to).v + Eight(from).v); });
}

/// x *= y
inline void multiply(Threads& threads, MatrixView<float> x, MatrixView<const float> y) {
  detail::combine(threads, x, y,
                  [](float* to, const float* from) NEUROGLOT_VECTORIZED { write(to, Eight(to).v * Eight(from).v); });
}

}  // namespace neuroglot::cpu
