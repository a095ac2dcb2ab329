/// Rows by their numbers: token embeddings, the rows that a head is asked for, and experts' results put back.
/// (ops/route.hpp; embed and gather of ops/backend.hpp)
#pragma once

#include "kernels/gather.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int gather_threads = 128;

/// y[i] = x[rows[i]], a block a row of y. Id: std::int32_t (tokens) or long long (rows).
/// x (any, width) float or bf16, y (count, width).
template <class X, class Y, class Id>
__global__ void gather_by_one(Rows<const X> x, const Id* rows, Rows<Y> y) {
  const X* const from = x.row(rows[blockIdx.x]);
  for (int col = static_cast<int>(threadIdx.x); col < y.cols; col += gather_threads)
    y.row(blockIdx.x)[col] = from_float<Y>(to_float(from[col]));
}

/// The same, four values a load.
template <class X, class Y, class Id>
__global__ void gather_in_fours(Rows<const X> x, const Id* rows, Rows<Y> y) {
  const X* const from = x.row(rows[blockIdx.x]);
  for (int col = 4 * static_cast<int>(threadIdx.x); col < y.cols; col += 4 * gather_threads)
    store4(y.row(blockIdx.x) + col, load4(from + col));
}

template <class X, class Y, class Id>
void gather(Stream stream, Rows<const X> x, const Id* rows, Rows<Y> y) {
  if (y.rows == 0) return;
  launch(in_fours(x) && in_fours(y) ? gather_in_fours<X, Y, Id> : gather_by_one<X, Y, Id>,
         {dim3(static_cast<unsigned>(y.rows)), dim3(gather_threads), 0, stream}, x, rows, y);
}

/// y[rows[i]] += factors[i] x[i]; a row of y is named once at most, so no two blocks meet.
/// x (count, width), y (any, width).
template <class T>
__global__ void scatter_add_rows(Rows<const T> x, const long long* rows, const float* factors, Rows<T> y) {
  T* const to = y.row(rows[blockIdx.x]);
  const float factor = factors[blockIdx.x];
  for (int col = static_cast<int>(threadIdx.x); col < x.cols; col += gather_threads)
    to[col] += factor * x.row(blockIdx.x)[col];
}

template <class T>
void scatter_add(Stream stream, Rows<const T> x, const long long* rows, const float* factors, Rows<T> y) {
  if (x.rows == 0) return;
  launch(scatter_add_rows<T>, {dim3(static_cast<unsigned>(x.rows)), dim3(gather_threads), 0, stream}, x, rows, factors,
         y);
}

}  // namespace neuroglot::cuda
