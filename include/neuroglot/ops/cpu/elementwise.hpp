/// ops/elementwise.hpp in vector code.
#pragma once

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {
/// f(x, y) for vectors x, y of matrices of one shape; f changes x.
template <class F>
void combine(Threads& threads, MatrixView<float> x, MatrixView<const float> y, F f) {
  threads.for_ranges(x.rows, 32, [&](Index first, Index count, int) {
    vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
      for (Index row = first; row < first + count; ++row)
        each<N>(
            x.cols,
            [&](float* to, const float* from) NEUROGLOT_VECTORIZED {
              Lanes<N> value(to);
              f(value.v, Lanes<N>(from).v);
              write(to, value.v);
            },
            x.row(row).data(), y.row(row).data());
    });
  });
}
}  // namespace detail

/// x += y
inline void add(Threads& threads, MatrixView<float> x, MatrixView<const float> y) {
  detail::combine(threads, x, y, [](auto& to, const auto& from) NEUROGLOT_VECTORIZED { to += from; });
}

/// x *= y
inline void multiply(Threads& threads, MatrixView<float> x, MatrixView<const float> y) {
  detail::combine(threads, x, y, [](auto& to, const auto& from) NEUROGLOT_VECTORIZED { to *= from; });
}

}  // namespace neuroglot::cpu
