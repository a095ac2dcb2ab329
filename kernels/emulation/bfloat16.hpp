/// __nv_bfloat16: the upper half of a float, with CUDA's names for the ways there and back.
#pragma once

#include <bit>
#include <cstdint>

struct __nv_bfloat16 {
  std::uint16_t bits;
};

/// To nearest, ties to even; a NaN becomes the NaN 0x7fff, as on the device.
[[gnu::always_inline]] inline __nv_bfloat16 __float2bfloat16(float value) {
  const auto u = std::bit_cast<std::uint32_t>(value);
  const bool is_nan = (u & 0x7fffffffu) > 0x7f800000u;
  return {static_cast<std::uint16_t>(is_nan ? 0x7fffu : (u + 0x7fffu + (u >> 16 & 1u)) >> 16)};
}
inline float __bfloat162float(__nv_bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}
