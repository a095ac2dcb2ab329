/// The micro-kernel of the matrix product in plain C++: for processors without AVX2, and to compare with.
#pragma once

#include <algorithm>

#include "neuroglot/ops/cpu/matmul_tile.hpp"

namespace neuroglot::cpu {

/// Sums in the same order as every other micro-kernel; whether a product is rounded before it is added is the
/// compiler's choice here, so that results may differ from the others' in the last bits.
struct PortableMatmul {
  /// One tile of Rows x (16 Panels).
  template <int Rows, int Panels, class Layout, class Epilogue>
  static void tile(const Tile& t, const Epilogue& epilogue) {
    for (int p = 0; p < Panels; ++p) {
      Tile one = t;
      one.panel += p * t.panel_stride;
      one.y += p * panel_width;
      one.columns = std::min(panel_width, t.columns - p * panel_width);
      one.first_column += p * panel_width;
      one_panel<Rows, Layout>(one, epilogue);
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
  template <int Rows, class Layout>
  static float element(const Tile& t, int r, Index k) {
    if constexpr (std::is_same_v<Layout, PackedRows>)
      return t.x[k * Rows + r];
    else
      return t.x[r * t.x_stride + k];
  }

  template <int Rows, class Layout, class Epilogue>
  static void one_panel(const Tile& t, const Epilogue& epilogue) {
    float sum[Rows][panel_width] = {};
    if (t.resume)
      for (int r = 0; r < Rows; ++r) std::copy_n(t.y + r * t.y_stride, t.columns, sum[r]);
    for (Index k = 0; k < t.depth; ++k)
      for (int r = 0; r < Rows; ++r) {
        const float x = element<Rows, Layout>(t, r, k);
        for (Index n = 0; n < panel_width; ++n) sum[r][n] += x * t.panel[k * panel_width + n];
      }
    for (int r = 0; r < Rows; ++r)
      for (Index n = 0; n < t.columns; ++n) t.y[r * t.y_stride + n] = finished(epilogue, sum[r][n], t.first_column + n);
  }

  static float finished(const Store&, float sum, Index) { return sum; }
  static float finished(const StoreAddingBias& e, float sum, Index n) { return sum + e.bias[n]; }
  static float finished(const StoreScaled& e, float sum, Index) { return sum * e.scale; }
};

}  // namespace neuroglot::cpu
