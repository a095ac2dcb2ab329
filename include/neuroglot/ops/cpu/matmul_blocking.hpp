/// How a matrix product is cut into tiles and blocks of k, for any micro-kernel.
/// (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008.)
#pragma once

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/cpu/matmul_tile.hpp"

namespace neuroglot::cpu::detail {

/// Steps of k done in one go. A panel of weights is then 36 KB and comes from the second-level cache: 88 bytes a step
/// with the rows of x, which it delivers in half the time that the products take. Fewer steps would fit the first-level
/// cache but load and store y more often: 288 were 1 to 3% slower on a Zen 3.
inline constexpr Index depth_block = 576;
static_assert(depth_block % chain_length == 0, "a block of k ends where a chain ends");

/// n cut into the fewest parts of at most `most` (which is a multiple of `unit`), as even as multiples of `unit` allow:
/// the size of all but the last.
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

/// The micro-kernel for this many rows.
template <class Kernel, int Panels, class Layout, class Epilogue>
void run_tile(Index rows, const Tile& tile, const Epilogue& epilogue) {
  // clang-format off
  switch (rows) {
    case 1: return Kernel::template tile<1, Panels, Layout>(tile, epilogue);
    case 2: return Kernel::template tile<2, Panels, Layout>(tile, epilogue);
    case 3: return Kernel::template tile<3, Panels, Layout>(tile, epilogue);
    case 4: return Kernel::template tile<4, Panels, Layout>(tile, epilogue);
    case 5: return Kernel::template tile<5, Panels, Layout>(tile, epilogue);
    case 6: return Kernel::template tile<6, Panels, Layout>(tile, epilogue);
    default: return;
  }
  // clang-format on
}

}  // namespace neuroglot::cpu::detail
