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

  /// Without branches, so that a loop over it becomes vector code.
  constexpr explicit operator float() const {
    const std::uint32_t sign = (bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7fffu;
    const std::uint32_t subnormal =
        std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24f);
    const std::uint32_t normal = (magnitude << 13) + (112u << 23);
    const std::uint32_t infinite_or_nan = (magnitude << 13) | 0x7f800000u;
    const std::uint32_t finite = magnitude < 0x0400u ? subnormal : normal;
    return std::bit_cast<float>(sign | (magnitude < 0x7c00u ? finite : infinite_or_nan));
  }
};

enum class DType { boolean, u8, i8, i16, u16, i32, u32, i64, u64, f16, bf16, f32, f64 };

struct DTypeInfo {
  DType dtype;
  std::string_view name;  ///< as safetensors spells it
  std::size_t bytes;
};

inline constexpr DTypeInfo dtype_table[] = {
    {DType::boolean, "BOOL", 1}, {DType::u8, "U8", 1},   {DType::i8, "I8", 1},     {DType::i16, "I16", 2},
    {DType::u16, "U16", 2},      {DType::i32, "I32", 4}, {DType::u32, "U32", 4},   {DType::i64, "I64", 8},
    {DType::u64, "U64", 8},      {DType::f16, "F16", 2}, {DType::bf16, "BF16", 2}, {DType::f32, "F32", 4},
    {DType::f64, "F64", 8},
};

constexpr const DTypeInfo& info(DType dtype) {
  return dtype_table[static_cast<std::size_t>(dtype)];
}

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
