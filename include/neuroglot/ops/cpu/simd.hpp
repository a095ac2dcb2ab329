/// Eight or sixteen floats at a time, as plain C++: the compiler's vector types compile for whatever instruction set
/// surrounds them.
///
/// A loop over vectors is written once and compiled by vectorized() for each instruction set, of which one is chosen at
/// run time. What works element by element takes as many lanes as the set has; sums are always taken in eights, so that
/// AVX2 and AVX-512 give the same bits. Vectors are never function arguments or results (only references are): how they
/// would be passed differs between the sets.
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
using Float16 = float __attribute__((vector_size(64)));
using Int8 = std::int32_t __attribute__((vector_size(32)));
using Double4 = double __attribute__((vector_size(32)));

/// Lanes of a vector, as an argument.
template <Index N>
using Width = std::integral_constant<Index, N>;

namespace detail {
template <class Body>
NEUROGLOT_AVX512 inline void run_avx512(const Body& body) {
  body(Width<16>{});
}
template <class Body>
NEUROGLOT_AVX2 inline void run_avx2_fma(const Body& body) {
  body(Width<8>{});
}
}  // namespace detail

/// N neighbours in memory, wherever they lie: `write(y, Lanes<N>(x).v * scale)`.
template <Index N>
struct Lanes {
  std::conditional_t<N == 16, Float16, Float8> v;
  NEUROGLOT_INLINE explicit Lanes(const float* from) { std::memcpy(&v, from, sizeof v); }
};
using Eight = Lanes<8>;
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
template <class Floats>
NEUROGLOT_INLINE float largest(const Floats& x) {
  float result = x[0];
  for (std::size_t i = 1; i < sizeof x / sizeof x[0]; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

/// x becomes e^x, to two units in the last place: x = n ln 2 + r, e^r by its Taylor polynomial on |r| <= ln 2 / 2,
/// times 2^n. 0 below -87.3 (where the result would be subnormal), infinity above 88.7, NaN stays NaN.
template <class Floats>
NEUROGLOT_INLINE void exponentiate(Floats& x) {
  using Ints = std::remove_cvref_t<decltype(x < Floats{})>;
  constexpr float low = -87.33654f, high = 88.72283f;
  const Floats lowest = Floats{} + low, highest = Floats{} + high;
  const Floats bounded = x < lowest ? lowest : (x > highest ? highest : x);
  constexpr float round = 12582912.0f;  // 1.5 * 2^23: adding it leaves a whole number in the low bits
  const Floats shifted = bounded * 1.44269504f + round;
  const Floats n = shifted - round;
  const Floats r = (bounded - n * 0.693359375f) - n * -2.12194440e-4f;  // ln 2 in two parts
  Floats p = r * (1.0f / 5040) + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // n reaches 128, one too many for a float's exponent: two factors of about 2^(n/2).
  const Ints exponent = (Ints)shifted - 0x4b400000;
  const Ints half = exponent >> 1;
  p = p * (Floats)((half + 127) << 23) * (Floats)((exponent - half + 127) << 23);
  p = x < lowest ? Floats{} : p;
  x = x > highest ? Floats{} + __builtin_inff() : p;
}

/// Runs body(Width<N>{}), a lambda marked NEUROGLOT_VECTORIZED, compiled for the instruction set of this machine.
template <class Body>
inline void vectorized(const Body& body) {
  if (instruction_set() >= InstructionSet::avx512)
    detail::run_avx512(body);
  else if (instruction_set() >= InstructionSet::avx2_fma)
    detail::run_avx2_fma(body);
  else
    body(Width<8>{});
}

/// Calls f(pointers + 0), f(pointers + N), ... over [0, n). The last n % N elements are handed over as copies, padded
/// with zeros, and what f wrote through pointers to mutable floats is copied back.
template <Index N, class F, class... Floats>
NEUROGLOT_INLINE void each(Index n, const F& f, Floats*... pointers) {
  Index i = 0;
  for (; i + N <= n; i += N) f(pointers + i...);
  if (i == n) return;
  const auto bytes = static_cast<std::size_t>(n - i) * sizeof(float);
  std::array<std::array<float, N>, sizeof...(Floats)> rest{};
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
