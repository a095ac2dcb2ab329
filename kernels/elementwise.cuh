/// Element by element: the kernels of elementwise.hpp, for any function of one or two values.
#pragma once

#include "kernels/elementwise.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int element_threads = 128;

/// x = f(x), a thread an element.
template <class F, class T>
__global__ void change_by_one(F f, Rows<T> x) {
  const int col = static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col >= x.cols) return;
  T& value = x.row(blockIdx.x)[col];
  value = from_float<T>(f(to_float(value)));
}

/// x = f(x), four elements a thread.
template <class F, class T>
__global__ void change_in_fours(F f, Rows<T> x) {
  const int col = 4 * static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col >= x.cols) return;
  T* const at = x.row(blockIdx.x) + col;
  const float4 v = load4(at);
  store4(at, make_float4(f(v.x), f(v.y), f(v.z), f(v.w)));
}

/// x = f(x, y), a thread an element; of a y of one row every row of x sees the same (a bias).
template <class F, class T>
__global__ void combine_by_one(F f, Rows<T> x, Rows<const T> y) {
  const int col = static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col >= x.cols) return;
  T& value = x.row(blockIdx.x)[col];
  value = from_float<T>(f(to_float(value), to_float(y.row(y.rows == 1 ? 0 : blockIdx.x)[col])));
}

/// x = f(x, y), four elements a thread.
template <class F, class T>
__global__ void combine_in_fours(F f, Rows<T> x, Rows<const T> y) {
  const int col = 4 * static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col >= x.cols) return;
  T* const at = x.row(blockIdx.x) + col;
  const float4 a = load4(at), b = load4(y.row(y.rows == 1 ? 0 : blockIdx.x) + col);
  store4(at, make_float4(f(a.x, b.x), f(a.y, b.y), f(a.z, b.z), f(a.w, b.w)));
}

/// A block of threads for each row and run of columns.
inline Launch over_elements(Stream stream, int rows, int cols, bool in_fours) {
  return {dim3(static_cast<unsigned>(rows), static_cast<unsigned>(pieces(cols, element_threads * (in_fours ? 4 : 1)))),
          dim3(element_threads), 0, stream};
}

template <class F, class T>
void change(Stream stream, F f, Rows<T> x) {
  if (x.rows == 0 || x.cols == 0) return;
  const bool fours = in_fours(x);
  launch(fours ? change_in_fours<F, T> : change_by_one<F, T>, over_elements(stream, x.rows, x.cols, fours), f, x);
}
/// y of the shape of x, or of one row.
template <class F, class T>
void combine(Stream stream, F f, Rows<T> x, Rows<const T> y) {
  if (x.rows == 0 || x.cols == 0) return;
  const bool fours = in_fours(x) && in_fours(y);
  launch(fours ? combine_in_fours<F, T> : combine_by_one<F, T>, over_elements(stream, x.rows, x.cols, fours), f, x, y);
}

struct Plus {
  __device__ float operator()(float a, float b) const { return a + b; }
};
struct Times {
  __device__ float operator()(float a, float b) const { return a * b; }
};
struct Zero {
  __device__ float operator()(float) const { return 0; }
};
/// factor x, then cap tanh(x / cap) where cap > 0.
struct ShapeLogits {
  float factor, cap;
  __device__ float operator()(float x) const {
    x *= factor;
    return cap > 0 ? cap * tanhf(x / cap) : x;
  }
};

template <class T>
void add(Stream stream, Rows<T> x, Rows<const T> y) {
  combine(stream, Plus{}, x, y);
}
template <class T>
void multiply(Stream stream, Rows<T> x, Rows<const T> y) {
  combine(stream, Times{}, x, y);
}
template <class T>
void shape_logits(Stream stream, Rows<T> x, float factor, float cap) {
  change(stream, ShapeLogits{factor, cap}, x);
}
template <class T>
void clear(Stream stream, Rows<T> x) {
  change(stream, Zero{}, x);
}

}  // namespace neuroglot::cuda
