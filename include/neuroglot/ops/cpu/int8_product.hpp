/// Products of bytes: whole numbers of -127 to 127 from activations and weights, summed exactly in 32 bits.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/cpu/instruction_set.hpp"
#include "neuroglot/ops/cpu/int8_panels.hpp"

namespace neuroglot::cpu {

/// Before a function: AVX-512 and its products of bytes (VNNI), as Ice Lake and Zen 4 have them.
#define NEUROGLOT_AVX512_VNNI __attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq,avx512vnni")))

/// Whether products of bytes are fast here: the instruction set in use is AVX-512 and the processor has VNNI.
inline bool has_int8_products() {
  return instruction_set() == InstructionSet::avx512 && __builtin_cpu_supports("avx512vnni");
}

/// Activations are kept as 128 + their number, as the instruction multiplies unsigned by signed bytes.
inline constexpr int int8_zero = 128;

namespace detail {

/// A tile: y (Rows, 16 Panels) = x (Rows, 4 groups) . panels.
struct Int8Tile {
  const std::uint8_t* x;
  Index x_stride;
  const std::int8_t* panel;
  Index panel_stride, groups;
  std::int32_t* y;
  Index y_stride;
};

template <int Rows, int Panels>
NEUROGLOT_AVX512_VNNI inline void int8_tile(const Int8Tile& t) {
  __m512i sum[Rows][Panels];
  NEUROGLOT_UNROLLED
  for (int r = 0; r < Rows; ++r) {
    NEUROGLOT_UNROLLED
    for (int p = 0; p < Panels; ++p) sum[r][p] = _mm512_setzero_si512();
  }
  for (Index g = 0; g < t.groups; ++g) {
    __m512i w[Panels];
    NEUROGLOT_UNROLLED
    for (int p = 0; p < Panels; ++p) w[p] = _mm512_loadu_si512(t.panel + p * t.panel_stride + g * 64);
    NEUROGLOT_UNROLLED
    for (int r = 0; r < Rows; ++r) {
      std::int32_t four;
      std::memcpy(&four, t.x + r * t.x_stride + g * Int8Panels::group, sizeof four);
      const __m512i element = _mm512_set1_epi32(four);
      NEUROGLOT_UNROLLED
      for (int p = 0; p < Panels; ++p) sum[r][p] = _mm512_dpbusd_epi32(sum[r][p], element, w[p]);
    }
  }
  NEUROGLOT_UNROLLED
  for (int r = 0; r < Rows; ++r) {
    NEUROGLOT_UNROLLED
    for (int p = 0; p < Panels; ++p) _mm512_storeu_si512(t.y + r * t.y_stride + p * panel_width, sum[r][p]);
  }
}

inline void plain_int8_tile(const Int8Tile& t, Index rows, Index panels) {
  for (Index r = 0; r < rows; ++r)
    for (Index p = 0; p < panels; ++p)
      for (Index n = 0; n < panel_width; ++n) {
        std::int32_t sum = 0;
        for (Index k = 0; k < t.groups * Int8Panels::group; ++k)
          sum += t.x[r * t.x_stride + k] *
                 t.panel[p * t.panel_stride + (k / Int8Panels::group * panel_width + n) * Int8Panels::group +
                         k % Int8Panels::group];
        t.y[r * t.y_stride + p * panel_width + n] = sum;
      }
}

}  // namespace detail

/// y (rows, 16 panels) = sums over k of x[row][k] q[column][k], x (rows, 4 groups) as it is kept, rows a multiple of 8,
/// panels from `first` on. Exact.
inline void int8_products(MatrixView<const std::uint8_t> x, const Int8Panels& w, Index first, Index panels,
                          MatrixView<std::int32_t> y) {
  const bool fast = has_int8_products();
  for (Index p = 0, width = 0; p < panels; p += width) {
    width = std::min<Index>(panels - p, 3);
    for (Index row = 0; row < x.rows; row += 8) {
      const detail::Int8Tile tile{x.data + row * x.stride,
                                  x.stride,
                                  w.panel(first + p),
                                  w.panel_bytes(),
                                  w.groups(),
                                  y.data + row * y.stride + p * panel_width,
                                  y.stride};
      if (!fast)
        detail::plain_int8_tile(tile, 8, width);
      else if (width == 3)
        detail::int8_tile<8, 3>(tile);
      else if (width == 2)
        detail::int8_tile<8, 2>(tile);
      else
        detail::int8_tile<8, 1>(tile);
    }
  }
}

}  // namespace neuroglot::cpu
