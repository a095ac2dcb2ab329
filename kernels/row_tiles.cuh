/// Rows of x made ready for a product that takes a fixed number of them.
#pragma once

#include "kernels/row_tiles.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int row_tile_threads = 128;

/// A block a row of y.
template <class X, class Y>
__global__ void copy_or_clear(Rows<const X> x, Rows<Y> y) {
  const int row = static_cast<int>(blockIdx.x);
  for (int col = static_cast<int>(threadIdx.x); col < y.cols; col += row_tile_threads)
    y.row(row)[col] = from_float<Y>(row < x.rows ? to_float(x.row(row)[col]) : 0.0f);
}

/// Bits that look random, of a number. (Wang's hash)
__device__ inline unsigned mixed(unsigned x) {
  x = (x ^ 61u) ^ (x >> 16);
  x *= 9u;
  x ^= x >> 4;
  x *= 0x27d4eb2du;
  return x ^ (x >> 15);
}

template <class T>
__global__ void make_noise(Rows<T> x) {
  for (int col = static_cast<int>(threadIdx.x); col < x.cols; col += row_tile_threads) {
    const unsigned bits = mixed(blockIdx.x * 0x9e3779b9u + static_cast<unsigned>(col)) >> 8;
    x.row(blockIdx.x)[col] = from_float<T>(static_cast<float>(bits) * 0x1p-23f - 1.0f);
  }
}

/// Which row of x stands in row i: 7 and the number of rows, a power of two, have no common factor.
__device__ inline int repeated(int i, int rows) {
  return (7 * i + i / rows) % rows;
}

template <class T>
__global__ void spread_rows(Rows<const T> x, Rows<T> y) {
  const T* const from = x.row(repeated(static_cast<int>(blockIdx.x), x.rows));
  for (int col = static_cast<int>(threadIdx.x); col < y.cols; col += row_tile_threads)
    y.row(blockIdx.x)[col] = from[col];
}

__device__ inline unsigned bits_of(float x) {
  unsigned bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

template <class T>
__global__ void compare_spread(Rows<const T> x, Rows<const T> y, int* unlike) {
  const T* const expected = x.row(repeated(static_cast<int>(blockIdx.x), x.rows));
  const T* const found = y.row(blockIdx.x);
  int mine = 0;
  for (int col = static_cast<int>(threadIdx.x); col < y.cols; col += row_tile_threads)
    mine += bits_of(expected[col]) == bits_of(found[col]) ? 0 : 1;
  if (mine > 0) atomicAdd(unlike, mine);
}

inline Launch over_rows(Stream stream, int rows) {
  return {dim3(static_cast<unsigned>(rows)), dim3(row_tile_threads), 0, stream};
}

template <class X, class Y>
void pad_rows(Stream stream, Rows<const X> x, Rows<Y> y) {
  if (y.rows > 0) launch(copy_or_clear<X, Y>, over_rows(stream, y.rows), x, y);
}
template <class T>
void fill_with_noise(Stream stream, Rows<T> x) {
  launch(make_noise<T>, over_rows(stream, x.rows), x);
}
template <class T>
void repeat_rows(Stream stream, Rows<const T> x, Rows<T> y) {
  launch(spread_rows<T>, over_rows(stream, y.rows), x, y);
}

}  // namespace neuroglot::cuda
