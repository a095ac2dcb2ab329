/// RMS normalisation, y = x / sqrt(mean(x^2) + eps) * (offset + weight), alone or fused with the residual sum in front
/// of it, x += added. (ops/rms_norm.hpp)
#pragma once

#include "kernels/reduce.cuh"
#include "kernels/rms_norm.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int norm_threads = 256;

/// Step 1: a thread a row. Its neighbours read other rows, so each of their loads is a memory transaction of its own.
/// x (tokens, hidden), weight (hidden), y (tokens, hidden), which may be x.
template <class Y>
__global__ void rms_norm_naive(Rows<const float> x, const float* weight, float eps, float offset, Rows<Y> y) {
  const int row = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (row >= x.rows) return;
  float squares = 0;
  for (int col = 0; col < x.cols; ++col) squares += x.row(row)[col] * x.row(row)[col];
  const float scale = rsqrtf(squares / static_cast<float>(x.cols) + eps);
  for (int col = 0; col < x.cols; ++col)
    y.row(row)[col] = from_float<Y>(x.row(row)[col] * scale * (offset + weight[col]));
}

/// Step 2: a block a row. Neighbours read neighbours, and the sum comes together through shuffles and shared memory.
template <class Y>
__global__ void rms_norm_by_block(Rows<const float> x, const float* weight, float eps, float offset, Rows<Y> y) {
  const float* const from = x.row(blockIdx.x);
  Y* const to = y.row(blockIdx.x);
  float squares = 0;
  for (int col = static_cast<int>(threadIdx.x); col < x.cols; col += norm_threads) squares += from[col] * from[col];
  const float scale = rsqrtf(block_sum<norm_threads>(squares) / static_cast<float>(x.cols) + eps);
  for (int col = static_cast<int>(threadIdx.x); col < x.cols; col += norm_threads)
    to[col] = from_float<Y>(from[col] * scale * (offset + weight[col]));
}

/// Step 3: four values a load, and the residual sum on the way, which saves writing it and reading it again.
/// added (tokens, hidden): x += added first; no data: x stays as it is.
template <class Y>
__global__ void rms_norm_in_fours(Rows<float> x, Rows<const float> added, const float* weight, float eps, float offset,
                                  Rows<Y> y) {
  float* const from = x.row(blockIdx.x);
  float squares = 0;
  for (int col = 4 * static_cast<int>(threadIdx.x); col < x.cols; col += 4 * norm_threads) {
    float4 v = load4(from + col);
    if (added.data != nullptr) {
      const float4 a = load4(added.row(blockIdx.x) + col);
      v = make_float4(v.x + a.x, v.y + a.y, v.z + a.z, v.w + a.w);
      store4(from + col, v);
    }
    squares += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
  }
  const float scale = rsqrtf(block_sum<norm_threads>(squares) / static_cast<float>(x.cols) + eps);
  for (int col = 4 * static_cast<int>(threadIdx.x); col < x.cols; col += 4 * norm_threads) {
    const float4 v = load4(from + col), w = load4(weight + col);
    store4(y.row(blockIdx.x) + col, make_float4(v.x * scale * (offset + w.x), v.y * scale * (offset + w.y),
                                                v.z * scale * (offset + w.z), v.w * scale * (offset + w.w)));
  }
}

template <class Y>
void rms_norm(Stream stream, Rows<const float> x, const float* weight, float eps, float offset, Rows<Y> y) {
  if (x.rows == 0) return;
  const Launch on{dim3(static_cast<unsigned>(x.rows)), dim3(norm_threads), 0, stream};
  if (in_fours(x) && in_fours(y) && in_fours(weight))
    launch(rms_norm_in_fours<Y>, on, Rows<float>{const_cast<float*>(x.data), x.rows, x.cols, x.stride},
           Rows<const float>{}, weight, eps, offset, y);  // x is written only where there is something to add
  else
    launch(rms_norm_by_block<Y>, on, x, weight, eps, offset, y);
}

template <class Y>
void add_rms_norm(Stream stream, Rows<float> x, Rows<const float> added, const float* weight, float eps, float offset,
                  Rows<Y> y) {
  if (!in_fours(x) || !in_fours(added) || !in_fours(y) || !in_fours(weight))
    throw std::invalid_argument("add_rms_norm: rows can not be read in fours");
  if (x.rows == 0) return;
  launch(rms_norm_in_fours<Y>, {dim3(static_cast<unsigned>(x.rows)), dim3(norm_threads), 0, stream}, x, added, weight,
         eps, offset, y);
}

}  // namespace neuroglot::cuda
