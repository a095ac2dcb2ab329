/// The work of a micro-kernel: one tile of a product, and what is done with it once it is complete.
#pragma once

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"

namespace neuroglot::cpu {

/// Products that are summed in one go. One chain over all of K had twice the rounding error that Hugging Face has on
/// SmolLM2 (every addition rounds a sum that has grown large); chains of 64 have less than it, for 2 to 4% of the
/// speed.
inline constexpr Index chain_length = 64;

/// One step of a product: y (Rows, columns) = or += x (Rows, depth) . panels (depth, columns).
///
/// Every element of y is a sum of chains, added up in order; a chain is fused multiply-adds over 64 neighbouring k,
/// begun at zero. With `resume` the chains go on from what an earlier tile, whose depth was a multiple of 64, left in
/// y. How rows, columns and depth are cut into tiles therefore changes no bit of the result.
struct Tile {
  const float* x;      ///< PackedRows: element (r, k) at x[k * Rows + r]; PlainRows: at x[r * x_stride + k]
  Index x_stride;      ///< of PlainRows only
  const float* panel;  ///< (depth, 16); a tile of several panels finds the next one panel_stride further on
  Index panel_stride;
  Index depth;
  float* y;
  Index y_stride;
  Index columns;       ///< that exist of the tile's 16 a panel; the others are computed, and not stored
  Index first_column;  ///< of the tile in y, for the epilogue
  bool resume;
};

/// How a tile's rows of x lie in memory.
struct PackedRows {};
struct PlainRows {};

/// Epilogues: what becomes of a sum while it is still in a register. Every micro-kernel has a `finished` for each of
/// them. from_column(n) is the epilogue of the part of y that begins at its column n.
struct Store {
  Store from_column(Index) const { return {}; }
};
/// sum + bias[n]
struct StoreAddingBias {
  const float* bias;  ///< (columns of y)
  StoreAddingBias from_column(Index n) const { return {bias + n}; }
};
/// sum * scale
struct StoreScaled {
  float scale;
  StoreScaled from_column(Index) const { return *this; }
};

}  // namespace neuroglot::cpu
