/// The vocabulary projection block by block: logits exist for some rows and some columns at a time and never leave the
/// cache.
#pragma once

#include <algorithm>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/matmul.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/cpu/soft_cap.hpp"
#include "neuroglot/ops/cpu/widen.hpp"

namespace neuroglot::cpu {

inline constexpr Index logit_rows = 96;  ///< rows of x that are taken at a time
inline constexpr Index logit_columns =
    512;  ///< and columns of the vocabulary: 192 KB of logits, in the second-level cache

constexpr Index logit_blocks(Index vocabulary) {
  return (vocabulary + logit_columns - 1) / logit_columns;
}

/// Some logits: rows from `first_row` of x, columns from `first_column` of the vocabulary, `block` of logit_blocks.
struct LogitBlock {
  Index block, first_row, first_column;
  MatrixView<float> logits;  ///< scratch: may be written to
};

namespace detail {

/// y = x . panels + bias, the bits of matmul with a bias; a null bias is none.
inline void multiply_block(MatrixView<const float> x, const WidePanels& panels, const float* bias,
                           MatrixView<float> y) {
  with_matmul_kernel([&](auto kernel) {
    using Kernel = decltype(kernel);
    if (bias == nullptr)
      multiply_plain<Kernel>(x, {panels.first, panels.stride}, y, false, Store{});
    else
      multiply_plain<Kernel>(x, {panels.first, panels.stride}, y, false, StoreAddingBias{bias});
  });
}

}  // namespace detail

/// Calls f(LogitBlock) for all logits x W^T + bias (rows, vocab), shaped; from several threads, each block of columns
/// by one of them with its rows in order. An element's bits depend on its row and column alone.
template <class F>
void for_each_logit_block(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                          const float* bias, const LogitShape& shape, F&& f) {
  const Index vocabulary = w.out_features();
  const Workspace::Scope scope(workspace);
  const auto scratch = workspace.matrix<float>(threads.size() * logit_rows, logit_columns);
  const bool widens = w.type() != WeightType::fp32;
  const auto wide = workspace.matrix<float>(widens ? threads.size() : 0, logit_columns * w.in_features());
  threads.for_each(logit_blocks(vocabulary), [&](Index block, int thread) {
    const Index first = block * logit_columns, width = std::min(logit_columns, vocabulary - first);
    const WidePanels panels = wide_panels(w, first / panel_width, panels_of(width), 0, w.in_features(),
                                          widens ? wide.row(thread).data() : nullptr);
    for (Index row = 0; row < x.rows; row += logit_rows) {
      const Index rows = std::min(logit_rows, x.rows - row);
      const auto logits = scratch.row_range(thread * logit_rows, rows).col_range(0, width);
      detail::multiply_block(x.row_range(row, rows), panels, bias == nullptr ? nullptr : bias + first, logits);
      shape_logits(logits, shape);
      f(LogitBlock{block, row, first, logits});
    }
  });
}

}  // namespace neuroglot::cpu
