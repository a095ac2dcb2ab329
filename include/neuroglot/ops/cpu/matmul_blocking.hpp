/// How a matrix product is cut so that every operand waits in the right cache, for any micro-kernel.
/// (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008.)
#pragma once

#include <xmmintrin.h>

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/matmul_tile.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"

namespace neuroglot::cpu::detail {

/// Steps of k done in one go. 16 columns of weights (18 KB) and 6 rows of x (7 KB) fill a first-level cache of 32 KB.
inline constexpr Index depth_block = 288;
/// Rows of x that are multiplied with one panel after the other: 192 x 288 floats, half a second-level cache of 512 KB.
inline constexpr Index row_block = 192;
/// Rows that are packed at once: bounds the workspace, and costs two meetings of the threads each time.
inline constexpr Index packed_rows = 1152;
/// Below this many multiply-adds the other threads are not worth waking.
inline constexpr Index worth_sharing = 100'000;

/// n cut into the fewest parts of at most `most`, as even as multiples of `unit` allow: the size of all parts but the
/// last.
constexpr Index even_part(Index n, Index most, Index unit) {
  const Index parts = std::max<Index>(1, (n + most - 1) / most);
  return std::max(unit, ((n + parts - 1) / parts + unit - 1) / unit * unit);
}

/// Rows cut into tiles of 6. The last 7 to 11 become two even tiles: one of 1 or 2 rows has too few sums in flight.
struct RowTiles {
  Index rows;

  Index count() const { return (rows + tile_rows - 1) / tile_rows; }
  Index first(Index tile) const {
    const Index tiles = count();
    if (tile == tiles) return rows;
    if (tile < tiles - 1 || tiles < 2) return tile * tile_rows;
    const Index last_two = (tiles - 2) * tile_rows;
    return last_two + (rows - last_two + 1) / 2;
  }
};

template <class Kernel, int Panels, class Layout, class Epilogue>
void run_tile(Index rows, const Tile& tile, const Epilogue& epilogue) {
  switch (rows) {
    case 1:
      return Kernel::template tile<1, Panels, Layout>(tile, epilogue);
    case 2:
      return Kernel::template tile<2, Panels, Layout>(tile, epilogue);
    case 3:
      return Kernel::template tile<3, Panels, Layout>(tile, epilogue);
    case 4:
      return Kernel::template tile<4, Panels, Layout>(tile, epilogue);
    case 5:
      return Kernel::template tile<5, Panels, Layout>(tile, epilogue);
    case 6:
      return Kernel::template tile<6, Panels, Layout>(tile, epilogue);
    default:
      return;
  }
}

/// A tile of few rows takes as many panels at once as registers allow: 1 row 4, 2 and 3 rows 2.
template <class Kernel, class Epilogue>
void run_wide_tile(Index rows, Index panels, const Tile& tile, const Epilogue& epilogue) {
  if (rows == 1 && panels == 4) return Kernel::template tile<1, 4, PlainRows>(tile, epilogue);
  if (rows == 1 && panels == 2) return Kernel::template tile<1, 2, PlainRows>(tile, epilogue);
  if (rows == 2 && panels == 2) return Kernel::template tile<2, 2, PlainRows>(tile, epilogue);
  if (rows == 3 && panels == 2) return Kernel::template tile<3, 2, PlainRows>(tile, epilogue);
  run_tile<Kernel, 1, PlainRows>(rows, tile, epilogue);
}

/// At most `most` of the panels left, as a number of panels that run_wide_tile knows for this many rows.
constexpr Index panels_at_once(Index rows, Index left) {
  if (rows == 1 && left >= 4) return 4;
  return rows <= 3 && left >= 2 ? 2 : 1;
}

/// y (rows, n) = x (rows, depth) . panels, x read where it lies. With a first tile that resumes, y += instead.
template <class Kernel, class Epilogue>
void multiply_plain(MatrixView<const float> x, const float* panels, Index n, MatrixView<float> y, bool resume,
                    const Epilogue& epilogue) {
  const Index stride = x.cols * panel_width;  // from panel to panel
  const Index block = x.rows <= tile_rows ? std::max<Index>(1, x.cols) : even_part(x.cols, depth_block, 8);
  const RowTiles tiles{x.rows};
  for (Index k = 0; k == 0 || k < x.cols; k += block) {
    const Index depth = std::min(block, x.cols - k);
    for (Index p = 0, width = 0; p < panels_of(n); p += width) {
      width = panels_at_once(x.rows, panels_of(n) - p);
      for (Index t = 0; t < tiles.count(); ++t) {
        const Index row = tiles.first(t);
        const Tile tile{x.data + row * x.stride + k,
                        x.stride,
                        panels + p * stride + k * panel_width,
                        stride,
                        depth,
                        y.data + row * y.stride + p * panel_width,
                        y.stride,
                        std::min(n - p * panel_width, width * panel_width),
                        p * panel_width,
                        resume || k > 0};
        if (k + depth == x.cols)
          run_wide_tile<Kernel>(tiles.first(t + 1) - row, width, tile, epilogue);
        else
          run_wide_tile<Kernel>(tiles.first(t + 1) - row, width, tile, Store{});
      }
    }
  }
}

/// A product of up to 6 rows is bound by reading the weights: each thread streams through its share of the panels.
template <class Kernel, class Epilogue>
void multiply_few_rows(Threads& threads, MatrixView<const float> x, const PackedWeight& w, MatrixView<float> y,
                       const Epilogue& epilogue) {
  const Index all = w.panels();
  const bool share = x.rows * x.cols * w.out_features() >= worth_sharing;
  const Index grain = share ? even_part(all, std::max<Index>(4, all / (8 * threads.size())), 4) : all;
  threads.for_ranges(all, grain, [&](Index p, Index count, int) {
    const Index first = p * panel_width;
    const Index columns = std::min(count * panel_width, w.out_features() - first);
    multiply_plain<Kernel>(x, w.panel(p), columns, y.col_range(first, columns), false, epilogue.from_column(first));
  });
}

/// A product of many rows. They are packed first: by blocks of k, in each block by tiles of rows, in each tile (k,
/// rows).
template <class Kernel, class Epilogue>
class PackedProduct {
 public:
  PackedProduct(MatrixView<const float> x, const PackedWeight& w, MatrixView<float> y, const Epilogue& epilogue,
                float* packed)
      : x_(x),
        w_(w),
        y_(y),
        epilogue_(epilogue),
        packed_(packed),
        tiles_{x.rows},
        block_(even_part(x.cols, depth_block, 8)) {}

  /// Packs and multiplies, sharing out both.
  void run(Threads& threads) const {
    constexpr Index at_once = 8;
    threads.for_ranges(tiles_.count(), at_once, [&](Index first, Index count, int) { pack(first, first + count); });
    const Index rows = even_part(tiles_.count(), row_block / tile_rows, 1);
    const Index row_parts = (tiles_.count() + rows - 1) / rows;
    // Eight pieces a thread or more, so that a disturbed one does not keep the others waiting, of up to eight panels.
    const Index column_parts = std::max<Index>(1, 8 * threads.size() / row_parts);
    const Index panels = even_part(w_.panels(), std::clamp<Index>(w_.panels() / column_parts, 1, 8), 1);
    const Index pieces = (w_.panels() + panels - 1) / panels * row_parts;
    // Neighbours in time share panels rather than rows: a weight is fetched from memory once for all rows.
    threads.for_each(pieces, [&](Index piece, int) {
      const Index tile = piece % row_parts * rows;
      const Index panel = piece / row_parts * panels;
      multiply(tile, std::min(tile + rows, tiles_.count()), panel, std::min(panel + panels, w_.panels()));
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

  // Blocks of k outermost: within one, the rows stay in the second-level cache and each panel in the first-level cache.
  void multiply(Index first_tile, Index last_tile, Index first_panel, Index last_panel) const {
    for (Index k = 0; k == 0 || k < x_.cols; k += block_) {
      const Index depth = std::min(block_, x_.cols - k);
      for (Index p = first_panel; p < last_panel; ++p) {
        const float* const panel = w_.panel(p) + k * panel_width;
        const float* const next =
            p + 1 < last_panel ? panel + x_.cols * panel_width : w_.panel(first_panel) + (k + depth) * panel_width;
        const bool more = p + 1 < last_panel || k + depth < x_.cols;
        const Index lines = more ? (depth + last_tile - first_tile - 1) / (last_tile - first_tile) : 0;
        for (Index t = first_tile; t < last_tile; ++t) {
          const Index fetched = (t - first_tile) * lines;
          prefetch(next + fetched * panel_width, std::min(lines, depth - fetched));
          one_tile(t, p, k, depth, panel);
        }
      }
    }
  }

  void one_tile(Index t, Index p, Index k, Index depth, const float* panel) const {
    const Index row = tiles_.first(t);
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
    const Index rows = tiles_.first(t + 1) - row;
    if (k + depth == x_.cols)
      run_tile<Kernel, 1, PackedRows>(rows, tile, epilogue_);
    else
      run_tile<Kernel, 1, PackedRows>(rows, tile, Store{});
  }

  // The next panel comes from memory while this one is multiplied, a few lines a tile; each line is one step of k.
  static void prefetch(const float* from, Index lines) {
    for (Index i = 0; i < lines; ++i) _mm_prefetch(reinterpret_cast<const char*>(from + i * panel_width), _MM_HINT_T1);
  }

  // The packed tile that begins at `row`, in the block of `depth` steps from k.
  float* at(Index k, Index depth, Index row) const { return packed_ + k * x_.rows + row * depth; }

  MatrixView<const float> x_;
  const PackedWeight& w_;
  MatrixView<float> y_;
  const Epilogue& epilogue_;
  float* packed_;
  RowTiles tiles_;
  Index block_;  // steps of k in a block
};

/// y (rows, out_features) = x (rows, in_features) . w^T, then the epilogue.
template <class Kernel, class Epilogue>
void multiply(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
              MatrixView<float> y, const Epilogue& epilogue) {
  if (x.rows <= tile_rows) return multiply_few_rows<Kernel>(threads, x, w, y, epilogue);
  const Index part = even_part(x.rows, packed_rows, tile_rows);
  Workspace::Scope scope(workspace);
  float* const packed = workspace.matrix<float>(std::min(part, x.rows), x.cols).data;
  for (Index row = 0; row < x.rows; row += part) {
    const Index count = std::min(part, x.rows - row);
    PackedProduct<Kernel, Epilogue>(x.row_range(row, count), w, y.row_range(row, count), epilogue, packed).run(threads);
  }
}

}  // namespace neuroglot::cpu::detail
