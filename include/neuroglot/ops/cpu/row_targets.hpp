/// ops/row_targets.hpp fused with the vocabulary projection.
#pragma once

#include <algorithm>
#include <span>

#include "neuroglot/ops/cpu/log_sum_exp.hpp"
#include "neuroglot/ops/cpu/logit_blocks.hpp"
#include "neuroglot/ops/row_targets.hpp"

namespace neuroglot::cpu {

/// Log probabilities of targets[row] under the logits x W^T + bias (rows, vocab). A row's bits depend on that row
/// alone. A row whose logits hold a NaN gives NaN.
inline void log_probabilities(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                              const float* bias, std::span<const RowTargets> targets, const LogitShape& shape = {}) {
  const Workspace::Scope scope(workspace);
  const auto parts = workspace.matrix<detail::PartialSum>(x.rows, logit_blocks(w.out_features()));
  for_each_logit_block(threads, workspace, x, w, bias, shape, [&](const LogitBlock& at) {
    for (Index i = 0; i < at.logits.rows; ++i) {
      const RowTargets& of = targets[static_cast<std::size_t>(at.first_row + i)];
      const auto begin = std::ranges::lower_bound(of.columns, at.first_column);
      for (auto column = begin; column != of.columns.end() && *column < at.first_column + at.logits.cols; ++column)
        of.log_probability[static_cast<std::size_t>(column - of.columns.begin())] =
            static_cast<double>(at.logits(i, *column - at.first_column));
      parts(at.first_row + i, at.block) = detail::summarise(at.logits.row(i));
    }
  });
  for (Index row = 0; row < x.rows; ++row) {
    const double sum = detail::log_sum_exp(parts.row(row));
    for (double& value : targets[static_cast<std::size_t>(row)].log_probability) value -= sum;
  }
}

}  // namespace neuroglot::cpu
