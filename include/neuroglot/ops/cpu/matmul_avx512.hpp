/// The micro-kernel of the matrix product in AVX-512 instructions: 8 x 48 sums in 24 registers.
/// (Van Zee and van de Geijn, BLIS: A Framework for Rapidly Instantiating BLAS Functionality, ACM TOMS 41(3), 2015.)
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <type_traits>

#include "neuroglot/ops/cpu/instruction_set.hpp"
#include "neuroglot/ops/cpu/matmul_avx2.hpp"
#include "neuroglot/ops/cpu/matmul_blocking.hpp"
#include "neuroglot/ops/cpu/matmul_tile.hpp"

namespace neuroglot::cpu {

/// Every loop over Rows or Panels below is unrolled: only then are the sums registers.
struct Avx512Matmul {
  /// Most rows of a tile, and most panels: 24 of 32 registers are sums, three more hold a step of each panel and one
  /// the element of x. The 24 FMAs of a step take 12 cycles, the 11 loads they need 6.
  static constexpr int tile_rows = 8;
  static constexpr int tile_panels = 3;
  /// x is read where it lies: each of 8 rows is a stream that the processor foresees, and packing it costs 2% of a
  /// product over 576 features and a meeting of the threads (Zen 5).
  static constexpr bool packs_rows = false;
  /// Steps of k done in one go. All of the three panels come from the second-level cache, at 19 bytes a cycle; few long
  /// blocks mean that y is loaded and stored less often. 576 were 3% slower at 1536 x 576 on a Zen 5.
  static constexpr Index depth_block = 1536;
  /// Floats of x that are multiplied with one group of panels after the other. 384 KB, with 288 KB of panels and as
  /// much of the next: the second-level cache has 1 MB.
  static constexpr Index block_floats = 96 * 1024;

  static constexpr Index panels_at_once(Index /*rows*/, Index left) { return left == 4 ? 2 : std::min<Index>(left, 3); }
  template <class Epilogue>
  static void plain_tile(Index rows, Index panels, const Tile& t, const Epilogue& epilogue) {
    if (panels == 3) return detail::run_tile<Avx512Matmul, 3, PlainRows>(rows, t, epilogue);
    if (panels == 2) return detail::run_tile<Avx512Matmul, 2, PlainRows>(rows, t, epilogue);
    return detail::run_tile<Avx512Matmul, 1, PlainRows>(rows, t, epilogue);
  }

  /// One tile of Rows x (16 Panels). Its sums pass through memory, in the first-level cache, once a chain; the epilogue
  /// then needs no unrolling, and the chains are compiled once for all epilogues.
  template <int Rows, int Panels, class Layout, class Epilogue>
  NEUROGLOT_AVX512 static void tile(const Tile& t, const Epilogue& epilogue) {
    static_assert(std::is_same_v<Layout, PlainRows>);
    alignas(64) float totals[Rows * Panels * panel_width];
    begin_totals(t, Rows, Panels, totals);
    add_chains<Rows, Panels>(t, totals);
    const float* total = totals;
    for (int r = 0; r < Rows; ++r)
      for (int p = 0; p < Panels; ++p, total += panel_width) {
        const __mmask16 lanes = first_lanes(t.columns - p * panel_width);
        _mm512_mask_storeu_ps(t.y + r * t.y_stride + p * panel_width, lanes,
                              finished(epilogue, _mm512_load_ps(total), t.first_column + p * panel_width, lanes));
      }
  }

  /// 16 rows at most of b, transposed to a panel: panel[k * 16 + n] = b(n, k), zero for rows that b lacks.
  static void transpose_to_panel(MatrixView<const float> b, float* panel) { Avx2Matmul::transpose_to_panel(b, panel); }

 private:
#define NEUROGLOT_AVX512_INLINE NEUROGLOT_AVX512 __attribute__((always_inline)) static inline

  // What the chains are added to: y where the tile resumes, else -0, which changes no bit of what is added to it.
  NEUROGLOT_AVX512 static void begin_totals(const Tile& t, int rows, int panels, float* total) {
    for (int r = 0; r < rows; ++r)
      for (int p = 0; p < panels; ++p, total += panel_width) {
        const __mmask16 lanes = t.resume ? first_lanes(t.columns - p * panel_width) : __mmask16{0};
        _mm512_store_ps(total,
                        _mm512_mask_loadu_ps(_mm512_set1_ps(-0.0f), lanes, t.y + r * t.y_stride + p * panel_width));
      }
  }

  // totals (Rows, 16 Panels) += all chains, one after the other.
  template <int Rows, int Panels>
  NEUROGLOT_AVX512 __attribute__((noinline)) static void add_chains(const Tile& t, float* totals) {
    const float* x = t.x;
    const float* panel = t.panel;
    for (Index left = t.depth; left > 0; left -= chain_length) {
      const Index steps = std::min(left, chain_length);
      __m512 sum[Rows][Panels];
      NEUROGLOT_UNROLLED
      for (int r = 0; r < Rows; ++r) {
        NEUROGLOT_UNROLLED
        for (int p = 0; p < Panels; ++p) sum[r][p] = _mm512_setzero_ps();
      }
      add_products<Rows, Panels>(x, panel, steps, t, sum);
      x += steps;
      panel += steps * panel_width;
      NEUROGLOT_UNROLLED
      for (int r = 0; r < Rows; ++r) {
        NEUROGLOT_UNROLLED
        for (int p = 0; p < Panels; ++p) {
          float* const total = totals + (r * Panels + p) * panel_width;
          _mm512_store_ps(total, _mm512_add_ps(_mm512_load_ps(total), sum[r][p]));
        }
      }
    }
  }

  // sum[r][p] += x(r, k) * panel(k, 16 p ...) for `steps` k, two of them a turn.
  template <int Rows, int Panels>
  NEUROGLOT_AVX512_INLINE void add_products(const float* x, const float* panel, Index steps, const Tile& t,
                                            __m512 (&sum)[Rows][Panels]) {
    Index k = 0;
    for (; k + 2 <= steps; k += 2) {
      add_step<Rows, Panels>(x + k, panel + k * panel_width, t, sum);
      add_step<Rows, Panels>(x + k + 1, panel + (k + 1) * panel_width, t, sum);
    }
    if (k < steps) add_step<Rows, Panels>(x + k, panel + k * panel_width, t, sum);
  }

  template <int Rows, int Panels>
  NEUROGLOT_AVX512_INLINE void add_step(const float* x, const float* panel, const Tile& t,
                                        __m512 (&sum)[Rows][Panels]) {
    __m512 w[Panels];
    NEUROGLOT_UNROLLED
    for (int p = 0; p < Panels; ++p) w[p] = _mm512_loadu_ps(panel + p * t.panel_stride);
    NEUROGLOT_UNROLLED
    for (int r = 0; r < Rows; ++r) {
      const __m512 element = _mm512_set1_ps(x[r * t.x_stride]);
      NEUROGLOT_UNROLLED
      for (int p = 0; p < Panels; ++p) sum[r][p] = _mm512_fmadd_ps(element, w[p], sum[r][p]);
    }
  }

  // The mask of the first `left` of 16 floats: no element beyond them is touched.
  NEUROGLOT_AVX512_INLINE __mmask16 first_lanes(Index left) {
    return static_cast<__mmask16>((1u << std::clamp<Index>(left, 0, panel_width)) - 1);
  }

  NEUROGLOT_AVX512_INLINE __m512 finished(const Store&, __m512 sum, Index, __mmask16) {
    return sum;
  }
  NEUROGLOT_AVX512_INLINE __m512 finished(const StoreAddingBias& e, __m512 sum, Index n, __mmask16 lanes) {
    return _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, e.bias + n));
  }
  NEUROGLOT_AVX512_INLINE __m512 finished(const StoreScaled& e, __m512 sum, Index, __mmask16) {
    return _mm512_mul_ps(sum, _mm512_set1_ps(e.scale));
  }
#undef NEUROGLOT_AVX512_INLINE
};

}  // namespace neuroglot::cpu
