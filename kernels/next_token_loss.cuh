/// The loss of the true next token without a matrix of all logits: the vocabulary is taken block by block, and of each
/// block a row keeps its maximum and the sum of exp(logit - maximum). (ops/cross_entropy.hpp,
/// ops/cpu/cross_entropy.hpp)
#pragma once

#include "kernels/next_token_loss.hpp"
#include "kernels/reduce.cuh"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int loss_threads = 256;

/// parts[row] of logits (rows, width), which are the columns [first, first + width) of the vocabulary; the logit of the
/// row's target where it is among them. A block of threads a row.
template <class Parts>
__global__ void summarise_logits(Rows<const float> logits, int first, const int* targets, float factor, float cap,
                                 Rows<Parts> parts, int part, float* target_logits) {
  const float* const row = logits.row(blockIdx.x);
  const auto shaped = [&](int col) {
    const float x = row[col] * factor;
    return cap > 0 ? cap * tanhf(x / cap) : x;
  };
  float largest = -INFINITY;
  for (int col = static_cast<int>(threadIdx.x); col < logits.cols; col += loss_threads)
    largest = fmaxf(largest, shaped(col));
  largest = block_max<loss_threads>(largest);
  const float shift = largest == -INFINITY ? 0.0f : largest;  // -inf minus -inf would be NaN
  float sum = 0;
  for (int col = static_cast<int>(threadIdx.x); col < logits.cols; col += loss_threads)
    sum += expf(shaped(col) - shift);
  sum = block_sum<loss_threads>(sum);
  if (threadIdx.x != 0) return;
  parts.row(blockIdx.x)[part] = {largest, sum};
  const int target = targets[blockIdx.x] - first;
  if (target >= 0 && target < logits.cols) target_logits[blockIdx.x] = shaped(target);
}

/// loss[row] = ln sum exp - the target's logit, in double and in the order of the blocks; a thread a row.
template <class Parts>
__global__ void combine_parts(Rows<const Parts> parts, const float* target_logits, double* loss) {
  const int row = static_cast<int>(blockIdx.x * 128 + threadIdx.x);
  if (row >= parts.rows) return;
  float largest = -INFINITY;
  for (int part = 0; part < parts.cols; ++part) largest = fmaxf(largest, parts.row(row)[part].largest);
  double sum = 0;
  for (int part = 0; part < parts.cols; ++part) {
    const Parts& of = parts.row(row)[part];
    sum += static_cast<double>(of.sum) * exp(static_cast<double>(of.largest) - static_cast<double>(largest));
  }
  loss[row] = static_cast<double>(largest) + log(sum) - static_cast<double>(target_logits[row]);
}

}  // namespace neuroglot::cuda
