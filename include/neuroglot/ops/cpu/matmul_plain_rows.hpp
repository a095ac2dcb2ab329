/// Products that read x where it lies: of few rows, bound by reading the weights, of attention's small panels, and of
/// many rows where the micro-kernel is as fast on them as on packed ones.
#pragma once

#include <xmmintrin.h>

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/matmul_blocking.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/cpu/widen.hpp"

namespace neuroglot::cpu::detail {

/// Below this many multiply-adds the other threads are not worth waking.
inline constexpr Index worth_sharing = 100'000;

/// Panels one after the other, (depth, 16) each: the next begins `stride` floats further on.
struct Panels {
  const float* first;
  Index stride;

  const float* at(Index panel, Index k) const { return first + panel * stride + k * panel_width; }
};

/// Where the next tile of y goes: its rows lie far apart, which no processor foresees.
inline void prefetch_rows(MatrixView<float> y, Index first, Index last, Index column, Index panels) {
  for (Index row = first; row < last; ++row)
    for (Index p = 0; p < panels; ++p)
      _mm_prefetch(reinterpret_cast<const char*>(y.data + row * y.stride + column + p * panel_width), _MM_HINT_T0);
}

/// y (rows, n) = x (rows, depth) . panels, x read where it lies. With a first tile that resumes, y += instead.
template <class Kernel, class Epilogue>
void multiply_plain(MatrixView<const float> x, const Panels& panels, MatrixView<float> y, bool resume,
                    const Epilogue& epilogue) {
  const Index block =
      x.rows <= Kernel::tile_rows ? std::max<Index>(1, x.cols) : even_part(x.cols, Kernel::depth_block, chain_length);
  const RowTiles tiles{x.rows, Kernel::tile_rows};
  for (Index k = 0; k == 0 || k < x.cols; k += block) {
    const Index depth = std::min(block, x.cols - k);
    for (Index p = 0, width = 0; p < panels_of(y.cols); p += width) {
      width = Kernel::panels_at_once(x.rows, panels_of(y.cols) - p);
      const Index first = p * panel_width, columns = std::min(y.cols - first, width * panel_width);
      for (Index t = 0; t < tiles.count(); ++t) {
        const Index row = tiles.first(t), next_row = tiles.first(t + 1);
        const Tile tile{x.data + row * x.stride + k,     x.stride, panels.at(p, k), panels.stride, depth,
                        y.data + row * y.stride + first, y.stride, columns,         first,         resume || k > 0};
        prefetch_rows(y, next_row, std::min(next_row + Kernel::tile_rows, x.rows), first, width);
        if (k + depth == x.cols)
          Kernel::plain_tile(next_row - row, width, tile, epilogue);
        else
          Kernel::plain_tile(next_row - row, width, tile, Store{});
      }
    }
  }
}

/// Of a weight in bf16, the panels and steps of k that are widened and multiplied in one go.
template <class Kernel>
struct WideningBlock {
  Index panels, depth;

  WideningBlock(Index rows, Index all_steps)
      : panels(Kernel::panels_at_once(rows, 12)), depth(even_part(all_steps, Kernel::depth_block, chain_length)) {}

  /// A row of scratch a thread; none for weights in float.
  MatrixView<float> scratch(Workspace& workspace, const PackedWeight& w, Index threads) const {
    const bool needed = w.type() != WeightType::fp32;
    return workspace.matrix<float>(needed ? threads : 0, needed ? panels * depth * panel_width : 0);
  }
};

/// The part of a product that some panels of a weight in bf16 give.
template <class Kernel, class Epilogue>
void multiply_widened(MatrixView<const float> x, const PackedWeight& w, Index first_panel, Index panels,
                      MatrixView<float> y, const Epilogue& epilogue, float* scratch) {
  const WideningBlock<Kernel> block(x.rows, x.cols);
  for (Index p = first_panel; p < first_panel + panels; p += block.panels) {
    const Index width = std::min(block.panels, first_panel + panels - p), first = p * panel_width;
    const auto part = y.col_range(first, std::min(width * panel_width, w.out_features() - first));
    for (Index k = 0; k == 0 || k < x.cols; k += block.depth) {
      const Index depth = std::min(block.depth, x.cols - k);
      const WidePanels wide = wide_panels(w, p, width, k, depth, scratch);
      if (k + depth == x.cols)
        multiply_plain<Kernel>(x.col_range(k, depth), {wide.first, wide.stride}, part, k > 0,
                               epilogue.from_column(first));
      else
        multiply_plain<Kernel>(x.col_range(k, depth), {wide.first, wide.stride}, part, k > 0, Store{});
    }
  }
}

/// The part of a product that some panels of a weight give.
template <class Kernel, class Epilogue>
void multiply_panels(MatrixView<const float> x, const PackedWeight& w, Index first_panel, Index panels,
                     MatrixView<float> y, const Epilogue& epilogue, float* scratch) {
  if (w.type() != WeightType::fp32) return multiply_widened<Kernel>(x, w, first_panel, panels, y, epilogue, scratch);
  const Index first = first_panel * panel_width, columns = std::min(panels * panel_width, w.out_features() - first);
  multiply_plain<Kernel>(x, {w.panel(first_panel), w.in_features() * panel_width}, y.col_range(first, columns), false,
                         epilogue.from_column(first));
}

/// A product of as few rows as a tile has is bound by reading the weights: each thread streams through its share of the
/// panels.
template <class Kernel, class Epilogue>
void multiply_few_rows(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                       MatrixView<float> y, const Epilogue& epilogue) {
  const Index all = w.panels();
  const bool share = x.rows * x.cols * w.out_features() >= worth_sharing;
  const Index unit = Kernel::panels_at_once(x.rows, 12);
  const Index grain = share ? even_part(all, std::max(unit, all / (8 * threads.size())), unit) : all;
  const Workspace::Scope scope(workspace);
  const auto scratch = WideningBlock<Kernel>(x.rows, x.cols).scratch(workspace, w, threads.size());
  threads.for_ranges(all, grain, [&](Index first, Index count, int thread) {
    multiply_panels<Kernel>(x, w, first, count, y, epilogue, scratch.data + thread * scratch.stride);
  });
}

/// A product of many rows without packing them. Pieces of rows that stay in the second-level cache times some panels,
/// sixteen a thread or more, so that a disturbed one does not keep the others waiting.
template <class Kernel, class Epilogue>
void multiply_in_place(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                       MatrixView<float> y, const Epilogue& epilogue) {
  const Index depth = std::clamp<Index>(x.cols, 1, Kernel::depth_block);
  const Index rows = even_part(x.rows, Kernel::block_floats / depth, Kernel::tile_rows);
  const Index row_parts = (x.rows + rows - 1) / rows;
  const Index column_parts = std::max<Index>(1, 16 * threads.size() / row_parts);
  const Index most = std::clamp<Index>(w.panels() / column_parts, Kernel::tile_panels, 8 * Kernel::tile_panels);
  const Index panels = even_part(w.panels(), most, Kernel::tile_panels);
  const Index pieces = (w.panels() + panels - 1) / panels * row_parts;
  const Workspace::Scope scope(workspace);
  const auto scratch = WideningBlock<Kernel>(rows, x.cols).scratch(workspace, w, threads.size());
  // Neighbours in time share panels rather than rows: a weight is fetched from memory once for all rows.
  threads.for_each(pieces, [&](Index piece, int thread) {
    const Index row = piece % row_parts * rows, count = std::min(rows, x.rows - row);
    const Index panel = piece / row_parts * panels;
    multiply_panels<Kernel>(x.row_range(row, count), w, panel, std::min(panels, w.panels() - panel),
                            y.row_range(row, count), epilogue, scratch.data + thread * scratch.stride);
  });
}

}  // namespace neuroglot::cpu::detail
