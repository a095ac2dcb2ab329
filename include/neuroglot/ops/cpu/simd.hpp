/// Eight floats at a time, as plain C++: the compiler's vector types compile for whatever instruction set surrounds
/// them.
///
/// A loop over eights is written once and compiled twice by vectorized(): for AVX2+FMA, chosen at run time where the
/// machine has it, and for any x86-64. Vectors are never function arguments or results (only references are): how they
/// would be passed differs between the two.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/cpu/instruction_set.hpp"

/// For the lambda given to vectorized() and for those inside it: inlined, they are compiled for the same instruction
/// set.
#define NEUROGLOT_VECTORIZED __attribute__((always_inline))
#define NEUROGLOT_INLINE inline __attribute__((always_inline))

namespace neuroglot::cpu {

using Float8 = float __attribute__((vector_size(32)));
using Int8 = std::int32_t __attribute__((vector_size(32)));
using Double4 = double __attribute__((vector_size(32)));

namespace detail {
template <class Body>
__attribute__((target("avx2,fma"))) inline void run_avx2_fma(const Body& body) {
  body();
}
}  // namespace detail

/// Eight neighbours in memory, wherever they lie: `write(y, Eight(x).v * scale)`.
struct Eight {
  Float8 v;
  NEUROGLOT_INLINE explicit Eight(const float* from) { std::memcpy(&v, from, sizeof v); }
};
struct EightInts {
  Int8 v;
  NEUROGLOT_INLINE explicit EightInts(const std::int32_t* from) { std::memcpy(&v, from, sizeof v); }
};
struct FourDoubles {
  Double4 v;
  NEUROGLOT_INLINE explicit FourDoubles(const double* from) { std::memcpy(&v, from, sizeof v); }
};
template <class T, class Vector>
NEUROGLOT_INLINE void write(T* to, const Vector& values) {
  std::memcpy(to, &values, sizeof values);
}

/// Sum and largest of the lanes, always taken in this order.
NEUROGLOT_INLINE float sum(const Float8& x) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}
NEUROGLOT_INLINE float largest(const Float8& x) {
  float result = x[0];
  for (int i = 1; i < 8; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

/// x becomes e^x, to two units in the last place: x = n ln 2 + r, e^r by its Taylor polynomial on |r| <= ln 2 / 2,
/// times 2^n. 0 below -87.3 (where the result would be subnormal), infinity above 88.7, NaN stays NaN.
NEUROGLOT_INLINE void exponentiate(Float8& x) {
  constexpr float low = -87.33654f, high = 88.72283f;
  const Float8 lowest = Float8{} + low, highest = Float8{} + high;
  const Float8 bounded = x < lowest ? lowest : (x > highest ? highest : x);
  constexpr float round = 12582912.0f;  // 1.5 * 2^23: adding it leaves a whole number in the low bits
  const Float8 shifted = bounded * 1.44269504f + round;
  const Float8 n = shifted - round;
  const Float8 r = (bounded - n * 0.693359375f) - n * -2.12194440e-4f;  // ln 2 in two parts
  Float8 p = r * (1.0f / 5040) + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // n reaches 128, one too many for a float's exponent: two factors of about 2^(n/2).
  const Int8 exponent = (Int8)shifted - 0x4b400000;
  const Int8 half = exponent >> 1;
  p = p * (Float8)((half + 127) << 23) * (Float8)((exponent - half + 127) << 23);
  p = x < lowest ? Float8{} : p;
  x = x > highest ? Float8{} + __builtin_inff() : p;
}

/// Runs body(), a lambda marked NEUROGLOT_VECTORIZED, compiled for the instruction set of this machine.
template <class Body>
inline void vectorized(const Body& body) {
  if (instruction_set() >= InstructionSet::avx2_fma)
    detail::run_avx2_fma(body);
  else
    body();
}

/// Calls f(pointers + 0), f(pointers + 8), ... over [0, n). The last n % 8 elements are handed over as copies, padded
/// with zeros, and what f wrote through pointers to mutable floats is copied back.
template <class F, class... Floats>
NEUROGLOT_INLINE void each_eight(Index n, const F& f, Floats*... pointers) {
  Index i = 0;
  for (; i + 8 <= n; i += 8) f(pointers + i...);
  if (i == n) return;
  const auto bytes = static_cast<std::size_t>(n - i) * sizeof(float);
  std::array<std::array<float, 8>, sizeof...(Floats)> rest{};
  std::size_t to = 0;
  (std::memcpy(rest[to++].data(), pointers + i, bytes), ...);
  std::apply([&](auto&... copies) NEUROGLOT_VECTORIZED { f(static_cast<Floats*>(copies.data())...); }, rest);
  std::size_t from = 0;
  const auto copy_back = [&]<class T>(T* pointer) NEUROGLOT_VECTORIZED {
    if constexpr (!std::is_const_v<T>) std::memcpy(pointer + i, rest[from].data(), bytes);
    ++from;
  };
  (copy_back(pointers), ...);
}

}  // namespace neuroglot::cpu
