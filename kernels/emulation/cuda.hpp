/// The words of CUDA that kernels/ uses, as plain C++: the same kernel sources compile with nvcc and with this. One
/// fiber a thread runs them (block.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#include "kernels/emulation/block.hpp"
#include "kernels/emulation/cuda_indices.hpp"

// Some of what is always inlined is not declared inline, about which gcc has its doubts.
#pragma GCC diagnostic ignored "-Wattributes"

#define __global__
// gcc does not report the store of a struct that a call returns: calls are inlined, so that there are none.
#define __device__ [[gnu::always_inline]]
#define __host__
#define __forceinline__ inline
#define __restrict__ __restrict
#define __launch_bounds__(...)

struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
[[gnu::always_inline]] inline float2 make_float2(float x, float y) {
  return {x, y};
}
[[gnu::always_inline]] inline float4 make_float4(float x, float y, float z, float w) {
  return {x, y, z, w};
}

inline void __syncthreads(std::source_location where = std::source_location::current()) {
  neuroglot::emulation::barrier(where);
}
inline void __syncwarp(unsigned mask = 0xffffffffu, std::source_location where = std::source_location::current()) {
  neuroglot::emulation::meet_lanes(mask, nullptr, nullptr, true, "__syncwarp", where);
}

namespace neuroglot::emulation {

/// What a lane brings to a shuffle, and takes away from it.
template <class T>
struct Shuffled {
  T value;
  unsigned source;
  T result;
};

template <class T>
T shuffle(unsigned mask, T value, unsigned source, const char* what, Where where) {
  Shuffled<T> mine{value, source, value};
  const Combine combine = [](void* const* lanes) {
    for (unsigned i = 0; i < warp_size; ++i) {
      if (lanes[i] == nullptr) continue;
      auto& lane = *static_cast<Shuffled<T>*>(lanes[i]);
      if (lanes[lane.source] == nullptr) fail("shuffles a value from a lane that is not in the mask");
      lane.result = static_cast<Shuffled<T>*>(lanes[lane.source])->value;
    }
  };
  meet_lanes(mask, combine, &mine, false, what, where);
  return mine.result;
}

/// What a lane says in a vote; the ballot of all is written back.
struct Vote {
  bool yes;
  unsigned ballot = 0;
};

inline unsigned vote(unsigned mask, bool yes, const char* what, Where where) {
  Vote mine{yes};
  const Combine combine = [](void* const* lanes) {
    unsigned ballot = 0;
    for (unsigned i = 0; i < warp_size; ++i)
      if (lanes[i] != nullptr && static_cast<Vote*>(lanes[i])->yes) ballot |= 1u << i;
    for (unsigned i = 0; i < warp_size; ++i)
      if (lanes[i] != nullptr) static_cast<Vote*>(lanes[i])->ballot = ballot;
  };
  meet_lanes(mask, combine, &mine, false, what, where);
  return mine.ballot;
}

/// Reads, changes and writes what no other thread can see in between.
template <class T, class Change>
__attribute__((no_sanitize("thread"))) T atomically(T* at, Change change) {
  if (accesses_are_watched())
    before_access(at, sizeof(T), Access::atomic);
  else
    give_way();
  const T before = *at;
  *at = change(before);
  return before;
}

}  // namespace neuroglot::emulation

// Lanes outside of the segment of `width` lanes give their own value, as on the device.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              std::source_location where = std::source_location::current()) {
  const auto lane = static_cast<int>(neuroglot::emulation::lane());
  const int from = lane / width * width + source % width;
  return neuroglot::emulation::shuffle(mask, value, static_cast<unsigned>(from), "__shfl_sync", where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32,
                  std::source_location where = std::source_location::current()) {
  const auto lane = static_cast<int>(neuroglot::emulation::lane());
  const int from = lane ^ lanes;
  const bool inside = from / width <= lane / width;
  return neuroglot::emulation::shuffle(mask, value, static_cast<unsigned>(inside ? from : lane), "__shfl_xor_sync",
                                       where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   std::source_location where = std::source_location::current()) {
  const auto lane = static_cast<int>(neuroglot::emulation::lane());
  const int from = lane + static_cast<int>(delta);
  const bool inside = from / width == lane / width;
  return neuroglot::emulation::shuffle(mask, value, static_cast<unsigned>(inside ? from : lane), "__shfl_down_sync",
                                       where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 std::source_location where = std::source_location::current()) {
  const auto lane = static_cast<int>(neuroglot::emulation::lane());
  const int from = lane - static_cast<int>(delta);
  const bool inside = from >= lane / width * width;
  return neuroglot::emulation::shuffle(mask, value, static_cast<unsigned>(inside ? from : lane), "__shfl_up_sync",
                                       where);
}

inline unsigned __ballot_sync(unsigned mask, bool yes, std::source_location where = std::source_location::current()) {
  return neuroglot::emulation::vote(mask, yes, "__ballot_sync", where);
}
inline int __any_sync(unsigned mask, bool yes, std::source_location where = std::source_location::current()) {
  return neuroglot::emulation::vote(mask, yes, "__any_sync", where) != 0;
}
inline int __all_sync(unsigned mask, bool yes, std::source_location where = std::source_location::current()) {
  return neuroglot::emulation::vote(mask, !yes, "__all_sync", where) == 0;
}
inline int __popc(unsigned bits) {
  return __builtin_popcount(bits);
}

template <class T>
T atomicAdd(T* at, std::type_identity_t<T> value) {
  return neuroglot::emulation::atomically(at, [=](T before) { return static_cast<T>(before + value); });
}
template <class T>
T atomicMax(T* at, std::type_identity_t<T> value) {
  return neuroglot::emulation::atomically(at, [=](T before) { return std::max(before, value); });
}
template <class T>
T atomicCAS(T* at, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return neuroglot::emulation::atomically(at, [=](T before) { return before == expected ? value : before; });
}

inline float rsqrtf(float x) {
  return 1.0f / std::sqrt(x);
}
inline float __expf(float x) {
  return std::exp(x);
}
inline float __ldg(const float* at) {
  return *at;
}
using std::max;
using std::min;
