/// The micro-kernel of the matrix product in plain C++: for processors without AVX2, and to compare with.
#pragma once

#include <algorithm>
#include <type_traits>

#include "neuroglot/ops/cpu/matmul_blocking.hpp"
#include "neuroglot/ops/cpu/matmul_tile.hpp"

namespace neuroglot::cpu {

/// Sums in the same order as every other micro-kernel; whether a product is rounded before it is added is the
/// compiler's choice here, so that results may differ from the others' in the last bits.
struct PortableMatmul {
  static constexpr int tile_rows = 6;
  static constexpr bool packs_rows = true;
  static constexpr Index depth_block = 576;
  static constexpr Index row_block = 192;

  /// A tile whose rows of x are not packed. One of few rows takes as many panels at once as registers allow: 1 row 4, 2
  /// and 3 rows 2.
  template <class Epilogue>
  static void plain_tile(Index rows, Index panels, const Tile& t, const Epilogue& epilogue) {
    if (rows == 1 && panels == 4) return tile<1, 4, PlainRows>(t, epilogue);
    if (rows == 1 && panels == 2) return tile<1, 2, PlainRows>(t, epilogue);
    if (rows == 2 && panels == 2) return tile<2, 2, PlainRows>(t, epilogue);
    if (rows == 3 && panels == 2) return tile<3, 2, PlainRows>(t, epilogue);
    detail::run_tile<PortableMatmul, 1, PlainRows>(rows, t, epilogue);
  }
  /// How many of the panels left plain_tile takes at once for this many rows.
  static constexpr Index panels_at_once(Index rows, Index left) {
    if (rows == 1 && left >= 4) return 4;
    return rows <= 3 && left >= 2 ? 2 : 1;
  }

  /// One tile of Rows x (16 Panels).
  template <int Rows, int Panels, class Layout, class Epilogue>
  static void tile(const Tile& t, const Epilogue& epilogue) {
    constexpr bool packed = std::is_same_v<Layout, PackedRows>;
    for (Index p = 0; p < Panels; ++p) {
      Sums sum{};
      const Index first = p * panel_width;
      const Index columns = std::min(panel_width, t.columns - first);
      if (t.resume)
        for (Index r = 0; r < Rows; ++r) std::copy_n(t.y + r * t.y_stride + first, columns, sum[r]);
      const Index from_row = packed ? 1 : t.x_stride, from_k = packed ? Rows : 1;
      for (Index k = 0; k < t.depth; k += chain_length)
        add_chain(Rows, t.x + k * from_k, from_row, from_k, t.panel + p * t.panel_stride + k * panel_width,
                  std::min(chain_length, t.depth - k), sum);
      for (Index r = 0; r < Rows; ++r)
        for (Index n = 0; n < columns; ++n)
          t.y[r * t.y_stride + first + n] = finished(epilogue, sum[r][n], t.first_column + first + n);
    }
  }

  /// Rows of x (rows <= 6, depth) interleaved: out[k * rows + r] = x(r, k).
  static void interleave(MatrixView<const float> x, float* out) {
    for (Index k = 0; k < x.cols; ++k)
      for (Index r = 0; r < x.rows; ++r) *out++ = x.data[r * x.stride + k];
  }

  /// 16 rows at most of b, transposed to a panel: panel[k * 16 + n] = b(n, k), zero for rows that b lacks.
  static void transpose_to_panel(MatrixView<const float> b, float* panel) {
    for (Index k = 0; k < b.cols; ++k)
      for (Index n = 0; n < panel_width; ++n) *panel++ = n < b.rows ? b.data[n * b.stride + k] : 0.0f;
  }

 private:
  using Sums = float[tile_rows][panel_width];

  // One function for every kind of tile, so that it is compiled once.
  static void add_chain(Index rows, const float* x, Index from_row, Index from_k, const float* panel, Index steps,
                        Sums& total) {
    Sums sum{};
    for (Index k = 0; k < steps; ++k)
      for (Index r = 0; r < rows; ++r)
        for (Index n = 0; n < panel_width; ++n) sum[r][n] += x[r * from_row + k * from_k] * panel[k * panel_width + n];
    for (Index r = 0; r < rows; ++r)
      for (Index n = 0; n < panel_width; ++n) total[r][n] += sum[r][n];
  }

  static float finished(const Store&, float sum, Index) { return sum; }
  static float finished(const StoreAddingBias& e, float sum, Index n) { return sum + e.bias[n]; }
  static float finished(const StoreScaled& e, float sum, Index) { return sum * e.scale; }
};

}  // namespace neuroglot::cpu
