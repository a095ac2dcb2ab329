/// Sums and maxima over a warp or a block, in an order that depends on nothing but the number of threads; every thread
/// gets the same bits.
#pragma once

#include "kernels/platform.cuh"

namespace neuroglot::cuda {

inline constexpr unsigned all_lanes = 0xffffffffu;

/// Of the lanes that differ in the lowest bits alone: of `width` (a power of two) neighbours.
template <int width = 32>
__device__ float warp_sum(float x) {
  for (int distance = width / 2; distance > 0; distance /= 2) x += __shfl_xor_sync(all_lanes, x, distance);
  return x;
}
template <int width = 32>
__device__ float warp_max(float x) {
  for (int distance = width / 2; distance > 0; distance /= 2) x = fmaxf(x, __shfl_xor_sync(all_lanes, x, distance));
  return x;
}

/// For blocks of `threads` in x. Not within a condition: it has barriers.
template <int threads>
__device__ float block_sum(float x) {
  NEUROGLOT_SHARED(float, of_warps, [threads / 32]);
  x = warp_sum(x);
  if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = x;
  __syncthreads();
  float total = 0;
  for (int warp = 0; warp < threads / 32; ++warp) total += of_warps[warp];
  __syncthreads();  // before the next sum is written there
  return total;
}
template <int threads>
__device__ float block_max(float x) {
  NEUROGLOT_SHARED(float, of_warps, [threads / 32]);
  x = warp_max(x);
  if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = x;
  __syncthreads();
  float largest = of_warps[0];
  for (int warp = 1; warp < threads / 32; ++warp) largest = fmaxf(largest, of_warps[warp]);
  __syncthreads();
  return largest;
}

}  // namespace neuroglot::cuda
