/// What kernels are written in: CUDA where nvcc compiles them, its emulation on the CPU (emulation/) elsewhere; and the
/// three things in which the two must differ: how a kernel is launched, and how shared memory is declared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

#if defined(__CUDACC__)
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#include <mma.h>
#else
#include "kernels/emulation/bfloat16.hpp"
#include "kernels/emulation/cuda.hpp"
#include "kernels/emulation/runtime.hpp"
#include "kernels/emulation/wmma.hpp"
#endif
#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// Throws unless a call of the runtime has succeeded: `check(cudaMalloc(...), "cudaMalloc")`.
inline void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(error));
}

#if defined(__CUDACC__)

/// Where and how wide a kernel runs.
struct Launch {
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  Stream stream = nullptr;
};

template <class... Parameters>
void launch(void (*kernel)(Parameters...), const Launch& on, std::type_identity_t<Parameters>... arguments) {
  if (on.shared_bytes > 48 * 1024)
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(on.shared_bytes)),
          "cudaFuncSetAttribute");
  kernel<<<on.grid, on.block, on.shared_bytes, on.stream>>>(arguments...);
  check(cudaGetLastError(), "kernel launch");
}

/// Before a loop: it is unrolled, so many times or wholly. (A pragma would do, if gcc 12 could be told to pass it by.)
#define NEUROGLOT_PRAGMA(text) _Pragma(#text)
#define NEUROGLOT_UNROLL(times) NEUROGLOT_PRAGMA(unroll times)

/// A block's own array: NEUROGLOT_SHARED(float, tile, [16][17]).
#define NEUROGLOT_SHARED(type, name, dimensions) __shared__ type name dimensions

/// The bytes that the launch asked for.
template <class T>
__device__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char neuroglot_dynamic_shared[];
  return reinterpret_cast<T*>(neuroglot_dynamic_shared);
}

#else

struct Launch {
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  Stream stream = nullptr;
  std::source_location where = std::source_location::current();
};

template <class... Parameters>
void launch(void (*kernel)(Parameters...), const Launch& on, std::type_identity_t<Parameters>... arguments) {
  namespace emulation = neuroglot::emulation;
  if (on.shared_bytes > 48 * 1024)
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(on.shared_bytes)),
          "cudaFuncSetAttribute");
  emulation::check_shared_bytes(reinterpret_cast<const void*>(kernel), on.shared_bytes, emulation::text_of(on.where));
  emulation::enqueue(on.stream, [=] {
    emulation::run_grid({on.grid.x, on.grid.y, on.grid.z}, {on.block.x, on.block.y, on.block.z}, on.shared_bytes,
                        emulation::text_of(on.where).c_str(), [&] { kernel(arguments...); });
  });
}

#define NEUROGLOT_SHARED(type, name, dimensions)                  \
  static const char name##_declaration = 0;                       \
  auto& name = *static_cast<std::add_pointer_t<type dimensions>>( \
      neuroglot::emulation::shared_array(&name##_declaration, sizeof(type dimensions), #name))

#define NEUROGLOT_UNROLL(times)

template <class T>
T* dynamic_shared() {
  return static_cast<T*>(neuroglot::emulation::dynamic_shared());
}

#endif

}  // namespace neuroglot::cuda
