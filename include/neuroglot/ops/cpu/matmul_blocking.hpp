/// How a matrix product is cut into tiles and blocks of k, for any micro-kernel.
/// (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008.)
#pragma once

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/cpu/matmul_tile.hpp"

namespace neuroglot::cpu::detail {

/// n cut into the fewest parts of at most `most` (which is a multiple of `unit`), as even as multiples of `unit` allow:
/// the size of all but the last.
constexpr Index even_part(Index n, Index most, Index unit) {
  const Index parts = std::max<Index>(1, (n + most - 1) / most);
  return std::max(unit, ((n + parts - 1) / parts + unit - 1) / unit * unit);
}

/// Rows cut into tiles of `tile_rows`. What is left becomes two even tiles with the last whole one: a tile of 1 or 2
/// rows has too few sums in flight.
struct RowTiles {
  Index rows;
  Index tile_rows;

  Index count() const { return (rows + tile_rows - 1) / tile_rows; }
  Index first(Index tile) const {
    const Index tiles = count();
    if (tile == tiles) return rows;
    if (tile < tiles - 1 || tiles < 2) return tile * tile_rows;
    const Index last_two = (tiles - 2) * tile_rows;
    return last_two + (rows - last_two + 1) / 2;
  }
};

/// The micro-kernel for this many rows: 1 to Rows.
template <class Kernel, int Panels, class Layout, int Rows = Kernel::tile_rows, class Epilogue>
void run_tile(Index rows, const Tile& tile, const Epilogue& epilogue) {
  if (rows == Rows) return Kernel::template tile<Rows, Panels, Layout>(tile, epilogue);
  if constexpr (Rows > 1) run_tile<Kernel, Panels, Layout, Rows - 1>(rows, tile, epilogue);
}

}  // namespace neuroglot::cpu::detail
