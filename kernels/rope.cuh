/// Rotary positions: each pair of values of a head is turned by the angle of its token's position. (ops/rope.hpp)
#pragma once

#include "kernels/rope.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int rope_threads = 128;

/// A thread a pair.
template <class T>
__global__ void rotate_pairs(Rows<T> x, Rows<const float> cosine, Rows<const float> sine, int head_dim,
                             bool neighbours) {
  const int half = cosine.cols;
  const int pair = static_cast<int>(blockIdx.y * rope_threads + threadIdx.x);
  if (pair >= x.cols / head_dim * half) return;
  const int head = pair / half, i = pair % half;
  T* const a = x.row(blockIdx.x) + head * head_dim + (neighbours ? 2 * i : i);
  T* const b = a + (neighbours ? 1 : half);
  const float first = to_float(*a), second = to_float(*b);
  const float c = cosine.row(blockIdx.x)[i], s = sine.row(blockIdx.x)[i];
  *a = from_float<T>(first * c - second * s);
  *b = from_float<T>(second * c + first * s);
}

template <class T>
void rotate(Stream stream, Rows<T> x, Rows<const float> cosine, Rows<const float> sine, int head_dim, bool neighbours) {
  const int pairs = x.cols / head_dim * cosine.cols;
  if (x.rows == 0 || pairs == 0) return;
  launch(rotate_pairs<T>,
         {dim3(static_cast<unsigned>(x.rows), static_cast<unsigned>(pieces(pairs, rope_threads))), dim3(rope_threads),
          0, stream},
         x, cosine, sine, head_dim, neighbours);
}

}  // namespace neuroglot::cuda
