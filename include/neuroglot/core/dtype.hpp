/// Element types of tensors on disk and in memory, under safetensors' names, and the two half precision formats.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace neuroglot {

/// bfloat16: the upper half of an IEEE binary32.
struct bf16 {
  std::uint16_t bits = 0;

  constexpr bf16() = default;
  /// Rounds to nearest, ties to even; a NaN stays a (quiet) NaN.
  constexpr explicit bf16(float value) {
    const auto u = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (u & 0x7fffffffu) > 0x7f800000u;
    bits = static_cast<std::uint16_t>(is_nan ? (u >> 16) | 0x40u : (u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
  }
  constexpr explicit operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// IEEE 754 binary16; only ever read (published checkpoints hold it), so only the way to float is here.
struct f16 {
  std::uint16_t bits = 0;

  constexpr explicit operator float() const {
    const std::uint32_t sign = (bits & 0x8000u) << 16;
    const std::uint32_t exponent = (bits >> 10) & 0x1fu;
    const std::uint32_t fraction = bits & 0x3ffu;
    if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000u | (fraction << 13));  // infinity, NaN
    if (exponent == 0) {  // zero or subnormal: fraction * 2^-24
      const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
      return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
    }
    return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (fraction << 13));
  }
};

enum class DType { boolean, u8, i8, i16, u16, i32, u32, i64, u64, f16, bf16, f32, f64 };

struct DTypeInfo {
  DType dtype;
  std::string_view name;  ///< as safetensors spells it
  std::size_t bytes;
};

inline constexpr DTypeInfo dtype_table[] = {
    {DType::boolean, "BOOL", 1}, {DType::u8, "U8", 1},   {DType::i8, "I8", 1},   {DType::i16, "I16", 2},
    {DType::u16, "U16", 2},      {DType::i32, "I32", 4}, {DType::u32, "U32", 4}, {DType::i64, "I64", 8},
    {DType::u64, "U64", 8},      {DType::f16, "F16", 2}, {DType::bf16, "BF16", 2}, {DType::f32, "F32", 4},
    {DType::f64, "F64", 8},
};

constexpr const DTypeInfo& info(DType dtype) { return dtype_table[static_cast<std::size_t>(dtype)]; }

/// The type that safetensors calls `name`, or nothing for names this library does not know (F8_E4M3, ...).
constexpr std::optional<DType> dtype_named(std::string_view name) {
  for (const DTypeInfo& entry : dtype_table)
    if (entry.name == name) return entry.dtype;
  return std::nullopt;
}

/// dtype_of<float> == DType::f32, and so on for the types that are computed with or written.
template <class T>
inline constexpr DType dtype_of = [] { static_assert(sizeof(T) == 0, "no safetensors dtype for this type"); }();
template <>
inline constexpr DType dtype_of<float> = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<bf16> = DType::bf16;
template <>
inline constexpr DType dtype_of<f16> = DType::f16;
template <>
inline constexpr DType dtype_of<std::int64_t> = DType::i64;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::i32;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::u8;

}  // namespace neuroglot
