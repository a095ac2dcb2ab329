/// ops/best_column.hpp fused with the vocabulary projection: no (rows, vocab) matrix of logits.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "neuroglot/ops/cpu/best_of_block.hpp"
#include "neuroglot/ops/cpu/int8_panels.hpp"
#include "neuroglot/ops/cpu/logit_blocks.hpp"
#include "neuroglot/ops/cpu/screened_best.hpp"

namespace neuroglot::cpu {

namespace detail {

/// Of fewer columns, or rows, the exact products are done before the coarse form is made.
inline constexpr Index columns_worth_screening = 16384, rows_worth_screening = 64;

/// All products, block by block.
inline void best_of_all_columns(Threads& threads, Workspace& workspace, MatrixView<const float> x,
                                const PackedWeight& w, const float* bias, std::span<std::int32_t> best,
                                const LogitShape& shape) {
  const Workspace::Scope scope(workspace);
  const auto found = workspace.matrix<BestOfBlock>(x.rows, logit_blocks(w.out_features()));
  for_each_logit_block(threads, workspace, x, w, bias, shape, [&](const LogitBlock& at) {
    for (Index i = 0; i < at.logits.rows; ++i)
      found(at.first_row + i, at.block) = best_of(at.logits.row(i), at.first_column);
  });
  for (Index row = 0; row < x.rows; ++row) {
    BestOfBlock of_row{-std::numeric_limits<float>::infinity(), -1};
    for (const BestOfBlock& block : found.row(row))
      if (block.logit > of_row.logit) of_row = block;
    best[static_cast<std::size_t>(row)] = of_row.column;
  }
}

}  // namespace detail

/// best[row] = the column of the largest of the logits x W^T + bias (rows, vocab), of equal ones the first; -1 where
/// all are -infinity or NaN. Of large vocabularies most columns are left out by a bound where the processor has fast
/// products of bytes (VNNI): the same bits, and once a quarter of the weight's memory more.
inline void best_columns(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                         const float* bias, std::span<std::int32_t> best, const LogitShape& shape = {}) {
  const bool is_worth_it = w.out_features() >= detail::columns_worth_screening && has_int8_products() &&
                           shape.changes_nothing() && (x.rows >= detail::rows_worth_screening || w.coarse() != nullptr);
  if (is_worth_it) {
    if (w.coarse() == nullptr) w.keep_coarse(std::make_shared<const Int8Panels>(threads, workspace, w));
    if (screened_best_columns(threads, workspace, x, w, *w.coarse(), bias, best)) return;
  }
  detail::best_of_all_columns(threads, workspace, x, w, bias, best, shape);
}

}  // namespace neuroglot::cpu
