/// Layer normalisation, y = (x - mean(x)) / sqrt(var(x) + eps) * weight + bias, alone or with the residual sum in front
/// of it. (ops/layer_norm.hpp)
#pragma once

#include "kernels/layer_norm.hpp"
#include "kernels/reduce.cuh"
#include "kernels/rms_norm.cuh"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

/// A block a row. The variance is that of the differences from the mean, in a second walk over the row: the difference
/// of two large sums would lose what a float can not hold.
/// x, y (tokens, hidden), may be the same; added (tokens, hidden) or no data; weight (hidden), bias (hidden) or null.
template <class Y>
__global__ void layer_norm_by_block(Rows<float> x, Rows<const float> added, const float* weight, const float* bias,
                                    float eps, Rows<Y> y) {
  float* const from = x.row(blockIdx.x);
  const auto width = static_cast<float>(x.cols);
  const int first = static_cast<int>(threadIdx.x);
  float sum = 0;
  for (int col = first; col < x.cols; col += norm_threads) {
    if (added.data != nullptr) from[col] += added.row(blockIdx.x)[col];
    sum += from[col];
  }
  const float mean = block_sum<norm_threads>(sum) / width;
  float squares = 0;
  for (int col = first; col < x.cols; col += norm_threads) squares += (from[col] - mean) * (from[col] - mean);
  const float scale = rsqrtf(block_sum<norm_threads>(squares) / width + eps);
  for (int col = first; col < x.cols; col += norm_threads)
    y.row(blockIdx.x)[col] =
        from_float<Y>((from[col] - mean) * scale * weight[col] + (bias == nullptr ? 0.0f : bias[col]));
}

template <class Y>
void layer_norm(Stream stream, Rows<const float> x, const float* weight, const float* bias, float eps, Rows<Y> y) {
  if (x.rows == 0) return;
  launch(layer_norm_by_block<Y>, {dim3(static_cast<unsigned>(x.rows)), dim3(norm_threads), 0, stream},
         Rows<float>{const_cast<float*>(x.data), x.rows, x.cols, x.stride}, Rows<const float>{}, weight, bias, eps, y);
}
template <class Y>
void add_layer_norm(Stream stream, Rows<float> x, Rows<const float> added, const float* weight, const float* bias,
                    float eps, Rows<Y> y) {
  if (x.rows == 0) return;
  launch(layer_norm_by_block<Y>, {dim3(static_cast<unsigned>(x.rows)), dim3(norm_threads), 0, stream}, x, added, weight,
         bias, eps, y);
}

}  // namespace neuroglot::cuda
