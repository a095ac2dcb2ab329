/// A matrix on the device as the host hands it to kernels. What stands in kernels/*.hpp needs neither CUDA nor its
/// emulation: g++ compiles a program once, and the linker decides which of the two it runs on.
#pragma once

#include <cstdint>
#include <type_traits>

struct CUstream_st;    // of CUDA, and of the emulation
struct __nv_bfloat16;  // likewise

/// Before a function that both the host and kernels call.
#if defined(__CUDACC__)
#define NEUROGLOT_HOST_DEVICE __host__ __device__
#else
#define NEUROGLOT_HOST_DEVICE [[gnu::always_inline]]
#endif

namespace neuroglot::cuda {

/// Whose elements the host never looks at: here it is an incomplete type.
using Bf16 = __nv_bfloat16;
/// Work that is done in its order; null: the default stream, which waits for all others.
using Stream = CUstream_st*;

/// (rows, cols) elements at data[row * stride + col]; the same as core/'s MatrixView, without the host.
template <class T>
struct Rows {
  T* data = nullptr;
  int rows = 0;
  int cols = 0;
  long long stride = 0;

  Rows() = default;
  NEUROGLOT_HOST_DEVICE Rows(T* elements, int row_count, int col_count, long long row_stride)
      : data(elements), rows(row_count), cols(col_count), stride(row_stride) {}
  /// What can be written can be read.
  template <class U>
  requires std::is_same_v<const U, T> NEUROGLOT_HOST_DEVICE Rows(const Rows<U>& other)
      : Rows(other.data, other.rows, other.cols, other.stride) {}

  NEUROGLOT_HOST_DEVICE T* row(long long i) const { return data + i * stride; }
};

/// Whether every row can be read in fours: a question of the shape and of where the matrix begins.
template <class T>
bool in_fours(const Rows<T>& x) {
  return x.cols % 4 == 0 && x.stride % 4 == 0 && reinterpret_cast<std::uintptr_t>(x.data) % (4 * sizeof(T)) == 0;
}
template <class T>
bool in_fours(const T* vector) {
  return reinterpret_cast<std::uintptr_t>(vector) % (4 * sizeof(T)) == 0;
}

/// How many pieces of `size` cover `count`.
NEUROGLOT_HOST_DEVICE constexpr int pieces(long long count, int size) {
  return static_cast<int>((count + size - 1) / size);
}

}  // namespace neuroglot::cuda
