/// The elements of a matrix on the device: floats or bf16, one at a time or four.
#pragma once

#include "kernels/platform.cuh"
#include "kernels/rows.hpp"

namespace neuroglot::cuda {

__device__ inline float to_float(float x) {
  return x;
}
__device__ inline float to_float(Bf16 x) {
  return __bfloat162float(x);
}
template <class T>
__device__ T from_float(float x) {
  if constexpr (std::is_same_v<T, float>)
    return x;
  else
    return __float2bfloat16(x);
}

/// Four neighbours in one load; `at` is aligned to all four.
__device__ inline float4 load4(const float* at) {
  return *reinterpret_cast<const float4*>(at);
}
__device__ inline float4 load4(const Bf16* at) {
  const uint2 raw = *reinterpret_cast<const uint2*>(at);
  Bf16 values[4];
  memcpy(values, &raw, sizeof(raw));
  return make_float4(to_float(values[0]), to_float(values[1]), to_float(values[2]), to_float(values[3]));
}
__device__ inline void store4(float* at, float4 x) {
  *reinterpret_cast<float4*>(at) = x;
}
__device__ inline void store4(Bf16* at, float4 x) {
  const Bf16 values[4] = {from_float<Bf16>(x.x), from_float<Bf16>(x.y), from_float<Bf16>(x.z), from_float<Bf16>(x.w)};
  uint2 raw;
  memcpy(&raw, values, sizeof(raw));
  *reinterpret_cast<uint2*>(at) = raw;
}

/// The first of four neighbours, zero from `count` on; `fours`: all four are there, and aligned.
template <class T>
__device__ float4 four_of(const T* at, int count, bool fours) {
  if (fours) return load4(at);
  return make_float4(to_float(at[0]), count > 1 ? to_float(at[1]) : 0.0f, count > 2 ? to_float(at[2]) : 0.0f,
                     count > 3 ? to_float(at[3]) : 0.0f);
}

}  // namespace neuroglot::cuda
