/// The kernels of log_probabilities.hpp.
#pragma once

#include "kernels/elementwise.cuh"
#include "kernels/log_probabilities.hpp"
#include "kernels/reduce.cuh"

namespace neuroglot::cuda {

inline constexpr int logit_threads = 256;   // of a row
inline constexpr int target_threads = 128;  // a thread a target, or a row

/// A block of threads a row.
template <class Parts>
__global__ void summarise_logits(Rows<const float> logits, ShapeLogits shape, Rows<Parts> parts, int part) {
  const float* const row = logits.row(blockIdx.x);
  float largest = -INFINITY;
  for (int col = static_cast<int>(threadIdx.x); col < logits.cols; col += logit_threads)
    largest = fmaxf(largest, shape(row[col]));
  largest = block_max<logit_threads>(largest);
  const float shift = largest == -INFINITY ? 0.0f : largest;  // -inf minus -inf would be NaN
  float sum = 0;
  for (int col = static_cast<int>(threadIdx.x); col < logits.cols; col += logit_threads)
    sum += expf(shape(row[col]) - shift);
  sum = block_sum<logit_threads>(sum);
  if (threadIdx.x == 0) parts.row(blockIdx.x)[part] = {largest, sum};
}

template <class Target>
__global__ void pick_targets(Rows<const float> logits, int first, ShapeLogits shape, const Target* targets, int count,
                             float* found) {
  const int i = static_cast<int>(blockIdx.x * target_threads + threadIdx.x);
  if (i >= count) return;
  const int column = targets[i].column - first;
  if (column >= 0 && column < logits.cols) found[i] = shape(logits.row(targets[i].row)[column]);
}

template <class Parts>
__global__ void add_parts(Rows<const Parts> parts, double* sums) {
  const int row = static_cast<int>(blockIdx.x * target_threads + threadIdx.x);
  if (row >= parts.rows) return;
  float largest = -INFINITY;
  for (int part = 0; part < parts.cols; ++part) largest = fmaxf(largest, parts.row(row)[part].largest);
  double sum = 0;
  for (int part = 0; part < parts.cols; ++part) {
    const Parts& of = parts.row(row)[part];
    sum += static_cast<double>(of.sum) * exp(static_cast<double>(of.largest) - static_cast<double>(largest));
  }
  sums[row] = static_cast<double>(largest) + log(sum);
}

template <class Target>
__global__ void subtract_sums(const Target* targets, int count, const float* found, const double* sums,
                              double* result) {
  const int i = static_cast<int>(blockIdx.x * target_threads + threadIdx.x);
  if (i < count) result[i] = static_cast<double>(found[i]) - sums[targets[i].row];
}

}  // namespace neuroglot::cuda
