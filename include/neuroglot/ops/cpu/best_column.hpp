/// ops/best_column.hpp fused with the vocabulary projection: no (rows, vocab) matrix of logits.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "neuroglot/ops/cpu/logit_blocks.hpp"
#include "neuroglot/ops/cpu/softmax.hpp"

namespace neuroglot::cpu {

namespace detail {

struct BestOfBlock {
  float logit;
  std::int32_t column;  ///< of the vocabulary; -1: nothing above -infinity
};

inline BestOfBlock best_of(std::span<const float> logits, Index first_column) {
  BestOfBlock best{-std::numeric_limits<float>::infinity(), -1};
  const auto n = static_cast<Index>(logits.size());
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED { best.logit = largest_of<N>(logits.data(), n); });
  if (best.logit == -std::numeric_limits<float>::infinity()) return best;
  Index at = 0;
  while (!(logits[static_cast<std::size_t>(at)] == best.logit)) ++at;
  best.column = static_cast<std::int32_t>(first_column + at);
  return best;
}

}  // namespace detail

/// best[row] = the column of the largest of the logits x W^T + bias (rows, vocab), of equal ones the first; -1 where
/// all are -infinity or NaN.
inline void best_columns(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                         const float* bias, std::span<std::int32_t> best, const LogitShape& shape = {}) {
  const Workspace::Scope scope(workspace);
  const auto found = workspace.matrix<detail::BestOfBlock>(x.rows, logit_blocks(w.out_features()));
  for_each_logit_block(threads, workspace, x, w, bias, shape, [&](const LogitBlock& at) {
    for (Index i = 0; i < at.logits.rows; ++i)
      found(at.first_row + i, at.block) = detail::best_of(at.logits.row(i), at.first_column);
  });
  for (Index row = 0; row < x.rows; ++row) {
    detail::BestOfBlock of_row{-std::numeric_limits<float>::infinity(), -1};
    for (const detail::BestOfBlock& block : found.row(row))
      if (block.logit > of_row.logit) of_row = block;
    best[static_cast<std::size_t>(row)] = of_row.column;
  }
}

}  // namespace neuroglot::cpu
