/// The kernel of best_columns.hpp.
#pragma once

#include "kernels/best_columns.hpp"
#include "kernels/elementwise.cuh"
#include "kernels/top_k.cuh"

namespace neuroglot::cuda {

/// A block of threads a row. Later columns win by a larger value alone, so the first of equals stays; a NaN is never
/// larger.
template <class T>
__global__ void keep_best_of_rows(Rows<const T> logits, int first, ShapeLogits shape, float* values, int* columns) {
  const T* const row = logits.row(blockIdx.x);
  Ranked mine{-INFINITY, -1};
  for (int col = static_cast<int>(threadIdx.x); col < logits.cols; col += top_k_threads)
    if (const float value = shape(to_float(row[col])); value > mine.value) mine = {value, first + col};
  const Ranked best = block_first(mine);
  if (threadIdx.x != 0 || (first > 0 && !(best.value > values[blockIdx.x]))) return;
  values[blockIdx.x] = best.value;
  columns[blockIdx.x] = best.place;
}

}  // namespace neuroglot::cuda
