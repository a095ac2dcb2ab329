// Half precision formats bit by bit, and the names of element types.
#include "neuroglot/core/dtype.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace neuroglot;

namespace {

/// binary16 by its definition: sign, 5 bits of exponent, 10 of fraction. (IEEE 754-2008, 3.4)
double half_by_definition(std::uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent == 31)
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * std::numeric_limits<double>::infinity();
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

}  // namespace

TEST_CASE("each of the 65536 binary16 numbers becomes the float of its definition") {
  int wrong = 0;
  for (int bits = 0; bits < 65536; ++bits) {
    const f16 half{static_cast<std::uint16_t>(bits)};
    const float found = static_cast<float>(half);
    const double expected = half_by_definition(half.bits);
    const bool same = std::isnan(expected)
                          ? std::isnan(found)
                          : static_cast<double>(found) == expected && std::signbit(found) == std::signbit(expected);
    wrong += same ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("every bfloat16 becomes a float and back without change, NaNs stay NaN") {
  int wrong = 0;
  for (int bits = 0; bits < 65536; ++bits) {
    bf16 half;
    half.bits = static_cast<std::uint16_t>(bits);
    const float wide = static_cast<float>(half);
    const bool same = std::isnan(wide) ? std::isnan(static_cast<float>(bf16(wide))) : bf16(wide).bits == half.bits;
    wrong += same ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("bfloat16 rounds to nearest, ties to even, and overflows to infinity") {
  CHECK(bf16(1.0f).bits == 0x3f80);
  CHECK(bf16(1.0f + 0x1p-8f).bits == 0x3f80);             // half way between 0x3f80 and 0x3f81: to the even one
  CHECK(bf16(1.0f + 0x1p-7f + 0x1p-8f).bits == 0x3f82);   // half way between 0x3f81 and 0x3f82
  CHECK(bf16(1.0f + 0x1p-8f + 0x1p-20f).bits == 0x3f81);  // just above
  CHECK(bf16(std::numeric_limits<float>::max()).bits == 0x7f80);
  CHECK(bf16(-0.0f).bits == 0x8000);
  CHECK(std::isnan(static_cast<float>(bf16(std::bit_cast<float>(0x7f800001u)))));  // whose upper half alone is infinity
}

TEST_CASE("element types are found under safetensors' names, unknown names are not") {
  for (const DTypeInfo& entry : dtype_table) {
    CHECK(dtype_named(entry.name) == entry.dtype);
    CHECK(info(entry.dtype).name == entry.name);
  }
  CHECK(info(DType::bf16).bytes == 2);
  CHECK(info(DType::i64).bytes == 8);
  CHECK_FALSE(dtype_named("F8_E4M3").has_value());
  CHECK_FALSE(dtype_named("f32").has_value());
  CHECK(dtype_of<float> == DType::f32);
}
