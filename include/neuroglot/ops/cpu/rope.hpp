/// ops/rope.hpp in vector code.
#pragma once

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/simd.hpp"
#include "neuroglot/ops/rope.hpp"

namespace neuroglot::cpu {

/// x (tokens, heads * head_dim), in place; cosine and sine (tokens, d/2).
inline void rotate(Threads& threads, MatrixView<float> x, MatrixView<const float> cosine, MatrixView<const float> sine,
                   Index head_dim) {
  const Index half = cosine.cols;
  threads.for_ranges(x.rows, 32, [&](Index begin, Index rows, int) {
    vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
      for (Index row = begin; row < begin + rows; ++row)
        for (Index head = 0; head < x.cols; head += head_dim) {
          float* const first = x.row(row).data() + head;
          each<N>(
              half,
              [](float* a, float* b, const float* c, const float* s) NEUROGLOT_VECTORIZED {
                const Lanes<N> u(a), w(b), cosines(c), sines(s);
                write(a, u.v * cosines.v - w.v * sines.v);
                write(b, w.v * cosines.v + u.v * sines.v);
              },
              first, first + half, cosine.row(row).data(), sine.row(row).data());
        }
    });
  });
}

/// The same for neighbouring pairs.
inline void rotate_neighbours(Threads& threads, MatrixView<float> x, MatrixView<const float> cosine,
                              MatrixView<const float> sine, Index head_dim) {
  threads.for_ranges(x.rows, 32, [&](Index first, Index rows, int) {
    reference::rotate(x.row_range(first, rows), cosine.row_range(first, rows), sine.row_range(first, rows), head_dim,
                      RotaryPairs::neighbours);
  });
}

}  // namespace neuroglot::cpu
