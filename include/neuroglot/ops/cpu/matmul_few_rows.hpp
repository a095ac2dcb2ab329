/// Products that read x where it lies: of few rows, bound by reading the weights, and of attention's small panels.
#pragma once

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/matmul_blocking.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"

namespace neuroglot::cpu::detail {

/// Below this many multiply-adds the other threads are not worth waking.
inline constexpr Index worth_sharing = 100'000;

/// A tile of few rows takes as many panels at once as registers allow: 1 row 4, 2 and 3 rows 2.
template <class Kernel, class Epilogue>
void run_wide_tile(Index rows, Index panels, const Tile& tile, const Epilogue& epilogue) {
  if (rows == 1 && panels == 4) return Kernel::template tile<1, 4, PlainRows>(tile, epilogue);
  if (rows == 1 && panels == 2) return Kernel::template tile<1, 2, PlainRows>(tile, epilogue);
  if (rows == 2 && panels == 2) return Kernel::template tile<2, 2, PlainRows>(tile, epilogue);
  if (rows == 3 && panels == 2) return Kernel::template tile<3, 2, PlainRows>(tile, epilogue);
  run_tile<Kernel, 1, PlainRows>(rows, tile, epilogue);
}

/// How many of the panels left run_wide_tile takes at once for this many rows.
constexpr Index panels_at_once(Index rows, Index left) {
  if (rows == 1 && left >= 4) return 4;
  return rows <= 3 && left >= 2 ? 2 : 1;
}

/// y (rows, n) = x (rows, depth) . panels, x read where it lies. With a first tile that resumes, y += instead.
template <class Kernel, class Epilogue>
void multiply_plain(MatrixView<const float> x, const float* panels, Index n, MatrixView<float> y, bool resume,
                    const Epilogue& epilogue) {
  const Index stride = x.cols * panel_width;  // from panel to panel
  const Index block = x.rows <= tile_rows ? std::max<Index>(1, x.cols) : even_part(x.cols, depth_block, chain_length);
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

}  // namespace neuroglot::cpu::detail
