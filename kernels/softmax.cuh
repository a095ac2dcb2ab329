/// Each row becomes exp(x - max) / sum exp(x - max). (ops/attention.hpp)
#pragma once

#include "kernels/reduce.cuh"
#include "kernels/rows.cuh"
#include "kernels/softmax.hpp"

namespace neuroglot::cuda {

inline constexpr int softmax_threads = 128;

/// Step 1: three walks over the row: maximum, exponentials and their sum, quotient. A block a row, in place.
template <class T>
__global__ void softmax_in_three(Rows<T> x) {
  T* const row = x.row(blockIdx.x);
  const int first = static_cast<int>(threadIdx.x);
  float largest = -INFINITY;
  for (int col = first; col < x.cols; col += softmax_threads) largest = fmaxf(largest, to_float(row[col]));
  largest = block_max<softmax_threads>(largest);
  float sum = 0;
  for (int col = first; col < x.cols; col += softmax_threads) sum += expf(to_float(row[col]) - largest);
  sum = block_sum<softmax_threads>(sum);
  for (int col = first; col < x.cols; col += softmax_threads)
    row[col] = from_float<T>(expf(to_float(row[col]) - largest) / sum);
}

/// Step 2: the first two walks as one. Each thread keeps the maximum m of what it has seen and the sum of exp(x - m);
/// where m grows, the sum shrinks by exp(old m - new m). (Milakov and Gimelshein 2018, "online softmax")
template <class T>
__global__ void softmax_online(Rows<T> x) {
  T* const row = x.row(blockIdx.x);
  const int first = static_cast<int>(threadIdx.x);
  float largest = -INFINITY, sum = 0;
  for (int col = first; col < x.cols; col += softmax_threads) {
    const float value = to_float(row[col]);
    if (value == -INFINITY) continue;  // masked: exp is 0, and -inf minus -inf would be NaN
    const float before = largest;
    largest = fmaxf(largest, value);
    sum = sum * expf(before - largest) + expf(value - largest);
  }
  const float of_row = block_max<softmax_threads>(largest);
  sum = block_sum<softmax_threads>(largest == -INFINITY ? 0.0f : sum * expf(largest - of_row));
  for (int col = first; col < x.cols; col += softmax_threads)
    row[col] = from_float<T>(expf(to_float(row[col]) - of_row) / sum);
}

template <class T>
void softmax(Stream stream, Rows<T> x) {
  if (x.rows == 0) return;
  launch(softmax_online<T>, {dim3(static_cast<unsigned>(x.rows)), dim3(softmax_threads), 0, stream}, x);
}

}  // namespace neuroglot::cuda
