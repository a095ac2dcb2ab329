/// Rows of a table that is kept in the layout of products.
#pragma once

#include <cstdint>
#include <span>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"

namespace neuroglot::cpu {

/// y (tokens, hidden): y[i] = table[ids[i]]; ids must be below the table's out_features.
inline void embed(Threads& threads, const PackedWeight& table, std::span<const std::int32_t> ids, MatrixView<float> y) {
  threads.for_ranges(y.rows, 32, [&](Index first, Index count, int) {
    for (Index row = first; row < first + count; ++row)
      table.get_row(ids[static_cast<std::size_t>(row)], y.row(row).data());
  });
}

}  // namespace neuroglot::cpu
