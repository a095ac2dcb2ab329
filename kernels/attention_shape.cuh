/// What all attention kernels keep of the keys that a query has seen.
#pragma once

#include "kernels/attention.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

/// What a query has seen so far of its keys: the largest score, and the sum of exp(score - largest). A later, larger
/// score shrinks what was summed before by `correction`. (Milakov and Gimelshein 2018; Dao et al. 2022, algorithm 1)
struct OnlineSoftmax {
  float largest = -INFINITY, sum = 0;

  /// Returns exp(old largest - new largest) for a new largest score among those that follow.
  __device__ float raise(float score) {
    const float before = largest;
    largest = fmaxf(largest, score);
    const float correction = before == -INFINITY ? 0.0f : expf(before - largest);
    sum *= correction;
    return correction;
  }
  __device__ float weight(float score) const { return score == -INFINITY ? 0.0f : expf(score - largest); }
};

}  // namespace neuroglot::cuda
