/// The k largest of each row, the largest first; of equal ones the first. (ops/route.hpp's order; k = 1 is argmax)
#pragma once

#include "kernels/reduce.cuh"
#include "kernels/rows.cuh"
#include "kernels/top_k.hpp"

namespace neuroglot::cuda {

inline constexpr int top_k_threads = 256;

/// A value and where it stands. One that is nothing has place -1.
struct Ranked {
  float value;
  int place;

  /// Whether it comes before another in the order of the result.
  __device__ bool before(const Ranked& other) const {
    if (place < 0 || other.place < 0) return other.place < 0 && place >= 0;
    return value > other.value || (value == other.value && place < other.place);
  }
};

/// The first of a block's candidates, for all its threads.
__device__ inline Ranked block_first(Ranked mine) {
  NEUROGLOT_SHARED(float, values, [top_k_threads / 32]);
  NEUROGLOT_SHARED(int, places, [top_k_threads / 32]);
  for (int distance = 16; distance > 0; distance /= 2) {
    const Ranked other{__shfl_xor_sync(all_lanes, mine.value, distance),
                       __shfl_xor_sync(all_lanes, mine.place, distance)};
    if (other.before(mine)) mine = other;
  }
  if (threadIdx.x % 32 == 0) {
    values[threadIdx.x / 32] = mine.value;
    places[threadIdx.x / 32] = mine.place;
  }
  __syncthreads();
  Ranked first{values[0], places[0]};
  for (int warp = 1; warp < top_k_threads / 32; ++warp) {
    const Ranked other{values[warp], places[warp]};
    if (other.before(first)) first = other;
  }
  __syncthreads();
  return first;
}

/// values, places (rows, k) of x (rows, cols): a block a row, which walks over it once for each of the k. Places are -1
/// beyond the row's end, which must hold no NaN. For the k of routing and of greedy decoding; sorting would pay from a
/// few dozen on.
template <class T>
__global__ void top_k_rows(Rows<const T> x, int k, float* values, int* places) {
  Ranked last{INFINITY, -1};
  for (int rank = 0; rank < k; ++rank) {
    Ranked mine{0, -1};
    for (int col = static_cast<int>(threadIdx.x); col < x.cols; col += top_k_threads) {
      const Ranked candidate{to_float(x.row(blockIdx.x)[col]), col};
      if ((rank == 0 || last.before(candidate)) && candidate.before(mine)) mine = candidate;
    }
    last = block_first(mine);
    if (threadIdx.x == 0) {
      values[static_cast<long long>(blockIdx.x) * k + rank] = last.value;
      places[static_cast<long long>(blockIdx.x) * k + rank] = last.place;
    }
  }
}

template <class T>
void top_k(Stream stream, Rows<const T> x, int k, float* values, int* places) {
  if (x.rows == 0 || k == 0) return;
  launch(top_k_rows<T>, {dim3(static_cast<unsigned>(x.rows)), dim3(top_k_threads), 0, stream}, x, k, values, places);
}

}  // namespace neuroglot::cuda
