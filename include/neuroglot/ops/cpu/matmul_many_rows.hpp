/// Products of many rows: x is packed too, and cut so that rows and panels wait in the second-level cache.
#pragma once

#include <xmmintrin.h>

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/matmul_blocking.hpp"
#include "neuroglot/ops/cpu/matmul_plain_rows.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"

namespace neuroglot::cpu::detail {

/// Rows that are packed at once: bounds the workspace, and costs two meetings of the threads each time.
inline constexpr Index packed_rows = 1152;

/// A product of many rows. They are packed first: by blocks of k, in each by tiles of rows, in each tile (k, rows).
template <class Kernel, class Epilogue>
class PackedProduct {
 public:
  PackedProduct(MatrixView<const float> x, const PackedWeight& w, MatrixView<float> y, const Epilogue& epilogue,
                float* packed, MatrixView<float> widened)
      : x_(x),
        w_(w),
        y_(y),
        epilogue_(epilogue),
        packed_(packed),
        widened_(widened),
        tiles_{x.rows, Kernel::tile_rows},
        block_(even_part(x.cols, Kernel::depth_block, chain_length)) {}

  /// Packs and multiplies, sharing out both.
  void run(Threads& threads) const {
    constexpr Index at_once = 8;
    threads.for_ranges(tiles_.count(), at_once, [&](Index first, Index count, int) { pack(first, first + count); });
    const Index rows = even_part(tiles_.count(), Kernel::row_block / Kernel::tile_rows, 1);
    const Index row_parts = (tiles_.count() + rows - 1) / rows;
    // Eight pieces a thread or more, so that a disturbed one does not keep the others waiting, of up to eight panels.
    const Index column_parts = std::max<Index>(1, 8 * threads.size() / row_parts);
    const Index panels = even_part(w_.panels(), std::clamp<Index>(w_.panels() / column_parts, 1, 8), 1);
    const Index pieces = (w_.panels() + panels - 1) / panels * row_parts;
    // Neighbours in time share panels rather than rows: a weight is fetched from memory once for all rows.
    threads.for_each(pieces, [&](Index piece, int thread) {
      const Index tile = piece % row_parts * rows;
      const Index panel = piece / row_parts * panels;
      multiply(tile, std::min(tile + rows, tiles_.count()), panel, std::min(panel + panels, w_.panels()),
               widened_.data + thread * widened_.stride);
    });
  }

 private:
  void pack(Index first, Index last) const {
    for (Index t = first; t < last; ++t) {
      const Index row = tiles_.first(t);
      for (Index k = 0; k < x_.cols; k += block_) {
        const Index depth = std::min(block_, x_.cols - k);
        Kernel::interleave({x_.data + row * x_.stride + k, tiles_.first(t + 1) - row, depth, x_.stride},
                           at(k, depth, row));
      }
    }
  }

  // Blocks of k outermost: within one, rows and panels stay in the second-level cache.
  void multiply(Index first_tile, Index last_tile, Index first_panel, Index last_panel, float* scratch) const {
    const Index tiles = last_tile - first_tile;
    for (Index k = 0; k == 0 || k < x_.cols; k += block_) {
      const Index depth = std::min(block_, x_.cols - k);
      for (Index p = first_panel; p < last_panel; ++p) {
        const float* const panel = wide_panels(w_, p, 1, k, depth, scratch).first;
        const Next next = next_panel(p, first_panel, last_panel, k, depth);
        for (Index t = 0; t < tiles; ++t) {
          prefetch_panel(next.panel, next.depth * t / tiles, next.depth * (t + 1) / tiles);
          one_tile(first_tile + t, p, k, depth, panel);
        }
      }
    }
  }

  // The panel that comes after this one; none to prefetch of weights that are widened, which is done in one go.
  struct Next {
    const float* panel;
    Index depth;
  };
  Next next_panel(Index p, Index first_panel, Index last_panel, Index k, Index depth) const {
    if (w_.type() != WeightType::fp32) return {nullptr, 0};
    if (p + 1 < last_panel) return {w_.panel(p + 1) + k * panel_width, depth};
    return {w_.panel(first_panel) + (k + depth) * panel_width, std::min(block_, x_.cols - k - depth)};
  }

  void one_tile(Index t, Index p, Index k, Index depth, const float* panel) const {
    const Index row = tiles_.first(t);
    const Index next_row = tiles_.first(t + 1);
    const Index first = p * panel_width;
    const Tile tile{at(k, depth, row),
                    0,
                    panel,
                    0,
                    depth,
                    y_.data + row * y_.stride + first,
                    y_.stride,
                    std::min(panel_width, w_.out_features() - first),
                    first,
                    k > 0};
    prefetch_rows(y_, next_row, std::min(next_row + Kernel::tile_rows, x_.rows), first, 1);
    if (k + depth == x_.cols)
      run_tile<Kernel, 1, PackedRows>(next_row - row, tile, epilogue_);
    else
      run_tile<Kernel, 1, PackedRows>(next_row - row, tile, Store{});
  }

  // The next panel comes from memory while this one is multiplied, a few lines a tile; each line is one step of k.
  static void prefetch_panel(const float* panel, Index first, Index last) {
    for (Index k = first; k < last; ++k)
      _mm_prefetch(reinterpret_cast<const char*>(panel + k * panel_width), _MM_HINT_T1);
  }

  // The packed tile that begins at `row`, in the block of `depth` steps from k.
  float* at(Index k, Index depth, Index row) const { return packed_ + k * x_.rows + row * depth; }

  MatrixView<const float> x_;
  const PackedWeight& w_;
  MatrixView<float> y_;
  const Epilogue& epilogue_;
  float* packed_;
  MatrixView<float> widened_;  // scratch of each thread, for a panel of a weight in bf16
  RowTiles tiles_;
  Index block_;  // steps of k in a block
};

/// y (rows, out_features) = x (rows, in_features) . w^T, then the epilogue.
template <class Kernel, class Epilogue>
void multiply(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
              MatrixView<float> y, const Epilogue& epilogue) {
  if (x.rows <= Kernel::tile_rows) return multiply_few_rows<Kernel>(threads, workspace, x, w, y, epilogue);
  if constexpr (Kernel::packs_rows) {
    const Index part = even_part(x.rows, packed_rows, Kernel::tile_rows);
    Workspace::Scope scope(workspace);
    float* const packed = workspace.matrix<float>(std::min(part, x.rows), x.cols).data;
    const auto widened = WideningBlock<Kernel>(x.rows, x.cols).scratch(workspace, w, threads.size());
    for (Index row = 0; row < x.rows; row += part) {
      const Index count = std::min(part, x.rows - row);
      PackedProduct<Kernel, Epilogue>(x.row_range(row, count), w, y.row_range(row, count), epilogue, packed, widened)
          .run(threads);
    }
  } else {
    multiply_in_place<Kernel>(threads, workspace, x, w, y, epilogue);
  }
}

}  // namespace neuroglot::cpu::detail
