/// The micro-kernel of the matrix product in AVX2 and FMA instructions: 6 x 16 sums in 12 registers.
/// (Van Zee and van de Geijn, BLIS: A Framework for Rapidly Instantiating BLAS Functionality, ACM TOMS 41(3), 2015.)
#pragma once

#include <immintrin.h>

#include <type_traits>

#include "neuroglot/ops/cpu/instruction_set.hpp"
#include "neuroglot/ops/cpu/matmul_blocking.hpp"
#include "neuroglot/ops/cpu/matmul_tile.hpp"

namespace neuroglot::cpu {

/// Every loop over Rows, Panels or vectors below is unrolled: only then are the sums registers.
struct Avx2Matmul {
  /// Most rows of a tile, and its panels. 6 x 16 floats are 12 of AVX2's 16 registers; two more hold a row of the panel
  /// and one the element of x that it is multiplied with. 12 independent sums hide the 4 cycles of latency of 2 FMAs a
  /// cycle, and 12 FMAs take longer than the 8 loads they need.
  static constexpr int tile_rows = 6;
  static constexpr bool packs_rows = true;
  /// Steps of k done in one go. A panel of weights is then 36 KB and comes from the second-level cache: 88 bytes a step
  /// with the rows of x, which it delivers in half the time that the products take. Fewer steps would fit the
  /// first-level cache but load and store y more often: 288 were 1 to 3% slower on a Zen 3.
  static constexpr Index depth_block = 576;
  /// Rows of x that are multiplied with one panel after the other: 192 x 576 floats are 442 KB, the second-level cache
  /// 512.
  static constexpr Index row_block = 192;

  /// A tile whose rows of x are not packed. One of few rows takes as many panels at once as registers allow: 1 row 4, 2
  /// and 3 rows 2.
  template <class Epilogue>
  static void plain_tile(Index rows, Index panels, const Tile& t, const Epilogue& epilogue) {
    if (rows == 1 && panels == 4) return tile<1, 4, PlainRows>(t, epilogue);
    if (rows == 1 && panels == 2) return tile<1, 2, PlainRows>(t, epilogue);
    if (rows == 2 && panels == 2) return tile<2, 2, PlainRows>(t, epilogue);
    if (rows == 3 && panels == 2) return tile<3, 2, PlainRows>(t, epilogue);
    detail::run_tile<Avx2Matmul, 1, PlainRows>(rows, t, epilogue);
  }
  /// How many of the panels left plain_tile takes at once for this many rows.
  static constexpr Index panels_at_once(Index rows, Index left) {
    if (rows == 1 && left >= 4) return 4;
    return rows <= 3 && left >= 2 ? 2 : 1;
  }

  /// One tile of Rows x (16 Panels). Tiles of few rows take several panels at once to have sums enough in flight.
  template <int Rows, int Panels, class Layout, class Epilogue>
  NEUROGLOT_AVX2 static void tile(const Tile& t, const Epilogue& epilogue) {
    if (t.columns >= Panels * panel_width)
      add_chains<Rows, Panels, Layout, true>(t, epilogue);
    else
      add_chains<Rows, Panels, Layout, false>(t, epilogue);
  }
  /// Rows of x (rows <= 6, depth) interleaved: out[k * rows + r] = x(r, k).
  NEUROGLOT_AVX2 static void interleave(MatrixView<const float> x, float* out) {
    Index k = 0;
    if (x.rows == tile_rows)
      for (; k + 8 <= x.cols; k += 8) {
        __m256 v[8];
        load_transposed(x.data + k, x.stride, tile_rows, v);
        NEUROGLOT_UNROLLED
        for (int i = 0; i < 8; ++i, out += tile_rows) {
          _mm_storeu_ps(out, _mm256_castps256_ps128(v[i]));
          _mm_storel_pi(reinterpret_cast<__m64*>(out + 4), _mm256_extractf128_ps(v[i], 1));
        }
      }
    for (; k < x.cols; ++k)
      for (Index r = 0; r < x.rows; ++r) *out++ = x.data[r * x.stride + k];
  }

  /// 16 rows at most of b, transposed to a panel: panel[k * 16 + n] = b(n, k), zero for rows that b lacks.
  NEUROGLOT_AVX2 static void transpose_to_panel(MatrixView<const float> b, float* panel) {
    Index k = 0;
    for (; k + 8 <= b.cols; k += 8)
      for (Index half = 0; half < 2; ++half) {
        __m256 v[8];
        load_transposed(b.data + half * 8 * b.stride + k, b.stride, b.rows - half * 8, v);
        NEUROGLOT_UNROLLED
        for (int i = 0; i < 8; ++i) _mm256_storeu_ps(panel + (k + i) * panel_width + half * 8, v[i]);
      }
    for (; k < b.cols; ++k)
      for (Index n = 0; n < panel_width; ++n) panel[k * panel_width + n] = n < b.rows ? b.data[n * b.stride + k] : 0.0f;
  }

#define NEUROGLOT_AVX2_INLINE NEUROGLOT_AVX2 __attribute__((always_inline)) static inline
  /// v[k] is column k of eight, of up to eight rows; rows that do not exist are zero.
  NEUROGLOT_AVX2_INLINE void load_transposed(const float* from, Index stride, Index rows, __m256 (&v)[8]) {
    NEUROGLOT_UNROLLED
    for (int r = 0; r < 8; ++r) v[r] = r < rows ? _mm256_loadu_ps(from + r * stride) : _mm256_setzero_ps();
    transpose(v);
  }

 private:
  // All chains of a tile; Whole tiles have all of their columns and need no masks.
  template <int Rows, int Panels, class Layout, bool Whole, class Epilogue>
  NEUROGLOT_AVX2_INLINE void add_chains(const Tile& t, const Epilogue& epilogue) {
    Tile chain = t;
    for (Index left = t.depth; left > chain_length; left -= chain_length) {
      chain.depth = chain_length;
      add_chain<Rows, Panels, Layout, Whole>(chain, Store{});
      chain.x += chain_length * (std::is_same_v<Layout, PackedRows> ? Rows : 1);
      chain.panel += chain_length * panel_width;
      chain.depth = left - chain_length;
      chain.resume = true;
    }
    add_chain<Rows, Panels, Layout, Whole>(chain, epilogue);
  }

  // y = or += the products of at most 64 steps.
  template <int Rows, int Panels, class Layout, bool Whole, class Epilogue>
  NEUROGLOT_AVX2_INLINE void add_chain(const Tile& t, const Epilogue& epilogue) {
    constexpr int vectors = 2 * Panels;
    __m256 sum[Rows][vectors];
    NEUROGLOT_UNROLLED
    for (int r = 0; r < Rows; ++r) {
      NEUROGLOT_UNROLLED
      for (int v = 0; v < vectors; ++v) sum[r][v] = _mm256_setzero_ps();
    }

    add_products<Rows, Panels, Layout>(t, sum);

    NEUROGLOT_UNROLLED
    for (int r = 0; r < Rows; ++r) {
      NEUROGLOT_UNROLLED
      for (int v = 0; v < vectors; ++v) {
        const Index left = Whole ? 8 : t.columns - 8 * v;
        float* const y = t.y + r * t.y_stride + 8 * v;
        const __m256 total = t.resume ? _mm256_add_ps(load(y, left), sum[r][v]) : sum[r][v];
        store(y, left, finished(epilogue, total, t.first_column + 8 * v, left));
      }
    }
  }

  // sum[r][v] += x(r, k) * panel(k, 8 v ...) for every k, two of them a turn: 41 instructions for 24 FMAs instead
  // of 46. Alone on a core both keep the FMA units busy; where another thread has half of the core's decoder, fewer
  // instructions are 7 to 8% faster (Zen 3). Of 4 a turn gcc moves sums between registers, and half of that is lost
  // again.
  template <int Rows, int Panels, class Layout>
  NEUROGLOT_AVX2_INLINE void add_products(const Tile& t, __m256 (&sum)[Rows][2 * Panels]) {
    constexpr Index x_step = std::is_same_v<Layout, PackedRows> ? Rows : 1;
    constexpr int unrolled = 2;
    const float* x = t.x;
    const float* panel = t.panel;
    Index k = t.depth;
    for (; k >= unrolled; k -= unrolled) {
      NEUROGLOT_UNROLLED
      for (int step = 0; step < unrolled; ++step)
        add_step<Rows, Panels, Layout>(x + step * x_step, panel + step * panel_width, t, sum);
      x += unrolled * x_step;
      panel += unrolled * panel_width;
    }
    for (; k > 0; --k, x += x_step, panel += panel_width) add_step<Rows, Panels, Layout>(x, panel, t, sum);
  }

  // sum[r][v] += x(r, k) * panel(k, 8 v ...) for one k.
  template <int Rows, int Panels, class Layout>
  NEUROGLOT_AVX2_INLINE void add_step(const float* x, const float* panel, const Tile& t,
                                      __m256 (&sum)[Rows][2 * Panels]) {
    const Index x_stride = std::is_same_v<Layout, PackedRows> ? 1 : t.x_stride;
    __m256 w[2 * Panels];
    NEUROGLOT_UNROLLED
    for (int v = 0; v < 2 * Panels; ++v) w[v] = _mm256_loadu_ps(panel + v / 2 * t.panel_stride + v % 2 * 8);
    NEUROGLOT_UNROLLED
    for (int r = 0; r < Rows; ++r) {
      const __m256 element = _mm256_broadcast_ss(x + r * x_stride);
      NEUROGLOT_UNROLLED
      for (int v = 0; v < 2 * Panels; ++v) sum[r][v] = _mm256_fmadd_ps(element, w[v], sum[r][v]);
    }
  }

  // `left` of 8 floats, the others zero; no element beyond them is touched.
  NEUROGLOT_AVX2_INLINE __m256i first_lanes(Index left) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(left)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  NEUROGLOT_AVX2_INLINE __m256 load(const float* from, Index left) {
    return left >= 8 ? _mm256_loadu_ps(from) : _mm256_maskload_ps(from, first_lanes(left));
  }
  NEUROGLOT_AVX2_INLINE void store(float* to, Index left, __m256 value) {
    if (left >= 8)
      _mm256_storeu_ps(to, value);
    else if (left > 0)
      _mm256_maskstore_ps(to, first_lanes(left), value);
  }

  NEUROGLOT_AVX2_INLINE __m256 finished(const Store&, __m256 sum, Index, Index) {
    return sum;
  }
  NEUROGLOT_AVX2_INLINE __m256 finished(const StoreAddingBias& e, __m256 sum, Index n, Index left) {
    return _mm256_add_ps(sum, load(e.bias + n, left));
  }
  NEUROGLOT_AVX2_INLINE __m256 finished(const StoreScaled& e, __m256 sum, Index, Index) {
    return _mm256_mul_ps(sum, _mm256_set1_ps(e.scale));
  }

  // v[i][j] becomes v[j][i]: pairs of rows are interleaved by 1, by 2 and by 4 elements.
  NEUROGLOT_AVX2_INLINE void transpose(__m256 (&v)[8]) {
    __m256 by_two[8], by_four[8];
    NEUROGLOT_UNROLLED
    for (int i = 0; i < 8; i += 2) {
      by_two[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
      by_two[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
    }
    NEUROGLOT_UNROLLED
    for (int i = 0; i < 8; i += 4) {
      NEUROGLOT_UNROLLED
      for (int j = 0; j < 2; ++j) {
        by_four[i + 2 * j] = _mm256_shuffle_ps(by_two[i + j], by_two[i + 2 + j], 0x44);
        by_four[i + 2 * j + 1] = _mm256_shuffle_ps(by_two[i + j], by_two[i + 2 + j], 0xee);
      }
    }
    NEUROGLOT_UNROLLED
    for (int i = 0; i < 4; ++i) {
      v[i] = _mm256_permute2f128_ps(by_four[i], by_four[i + 4], 0x20);
      v[i + 4] = _mm256_permute2f128_ps(by_four[i], by_four[i + 4], 0x31);
    }
  }
#undef NEUROGLOT_AVX2_INLINE
};

}  // namespace neuroglot::cpu
