/// The matrix product of a linear layer, y = x W^T + bias, for shapes that no library has a fixed algorithm for, and to
/// learn from. Every step sums each element over k upwards from 0 in one chain, so all give the same bits, whatever
/// else is in the batch. (ops/matmul.hpp)
#pragma once

#include "kernels/matmul.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

/// Step 1: a thread an element. Each value of x and W is read from memory once for every element that it is part of.
/// x (rows, in), w (out, in), bias (out) or null, y (rows, out).
template <class X, class W, class Y>
__global__ void matmul_naive(Rows<const X> x, Rows<const W> w, const float* bias, Rows<Y> y) {
  const int n = static_cast<int>(blockIdx.y * blockDim.x + threadIdx.x);
  if (n >= y.cols) return;
  float sum = 0;
  for (int k = 0; k < x.cols; ++k) sum = fmaf(to_float(x.row(blockIdx.x)[k]), to_float(w.row(n)[k]), sum);
  y.row(blockIdx.x)[n] = from_float<Y>(bias == nullptr ? sum : sum + bias[n]);
}

inline constexpr int matmul_tile = 64;                // rows and columns of y that a block computes
inline constexpr int matmul_depth = 16;               // of k at a time in shared memory
inline constexpr int matmul_each = 4;                 // rows and columns of y that a thread computes
inline constexpr int matmul_threads = 256;            // (tile / each)^2
inline constexpr int matmul_pitch = matmul_tile + 1;  // off by one: the banks that a column lies in are different ones

/// tile[k][i] = x[first + i, from + k], zero beyond the matrix.
template <class X>
__device__ void load_tile(float (&tile)[matmul_depth][matmul_pitch], const Rows<const X>& x, int first, int from) {
  for (int i = static_cast<int>(threadIdx.x); i < matmul_tile * matmul_depth; i += matmul_threads) {
    const int row = i / matmul_depth, k = i % matmul_depth;
    const bool inside = first + row < x.rows && from + k < x.cols;
    tile[k][row] = inside ? to_float(x.row(first + row)[from + k]) : 0.0f;
  }
}

/// Step 2: a block computes 64 x 64 elements. Tiles of x and W lie in shared memory, where 64 rows use each value; a
/// thread keeps 4 x 4 elements in registers, so that of 8 values read there it makes 16 products.
template <class X, class W, class Y>
__global__ void __launch_bounds__(matmul_threads)
    matmul_tiled(Rows<const X> x, Rows<const W> w, const float* bias, Rows<Y> y) {
  NEUROGLOT_SHARED(float, x_tile, [matmul_depth][matmul_pitch]);
  NEUROGLOT_SHARED(float, w_tile, [matmul_depth][matmul_pitch]);
  const int first_row = static_cast<int>(blockIdx.x) * matmul_tile,
            first_col = static_cast<int>(blockIdx.y) * matmul_tile;
  const int across = matmul_tile / matmul_each;  // neighbouring threads have neighbouring columns
  const int row = static_cast<int>(threadIdx.x) / across, col = static_cast<int>(threadIdx.x) % across;
  float sums[matmul_each][matmul_each] = {};
  for (int from = 0; from < x.cols; from += matmul_depth) {
    load_tile(x_tile, x, first_row, from);
    load_tile(w_tile, w, first_col, from);
    __syncthreads();
    for (int k = 0; k < matmul_depth; ++k)
      for (int i = 0; i < matmul_each; ++i)
        for (int j = 0; j < matmul_each; ++j)
          sums[i][j] = fmaf(x_tile[k][row + across * i], w_tile[k][col + across * j], sums[i][j]);
    __syncthreads();
  }
  for (int i = 0; i < matmul_each; ++i)
    for (int j = 0; j < matmul_each; ++j) {
      const int r = first_row + row + across * i, n = first_col + col + across * j;
      if (r < y.rows && n < y.cols) y.row(r)[n] = from_float<Y>(bias == nullptr ? sums[i][j] : sums[i][j] + bias[n]);
    }
}

template <class X, class W, class Y>
void matmul(Stream stream, Rows<const X> x, Rows<const W> w, const float* bias, Rows<Y> y) {
  if (y.rows == 0 || y.cols == 0) return;
  launch(matmul_tiled<X, W, Y>,
         {dim3(static_cast<unsigned>(pieces(y.rows, matmul_tile)), static_cast<unsigned>(pieces(y.cols, matmul_tile))),
          dim3(matmul_threads), 0, stream},
         x, w, bias, y);
}

}  // namespace neuroglot::cuda
