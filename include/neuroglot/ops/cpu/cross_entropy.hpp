/// ops/cross_entropy.hpp fused with the vocabulary projection: logits exist a block at a time and never leave the
/// cache.
#pragma once

#include <cstdint>
#include <span>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/log_sum_exp.hpp"
#include "neuroglot/ops/cpu/logit_blocks.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"

namespace neuroglot::cpu {

/// loss[row] = cross entropy in nats of the logits x W^T (rows, vocab) with targets[row]. The bits of a row's loss
/// depend on that row alone. A row whose logits hold a NaN gives NaN.
inline void next_token_loss(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                            std::span<const std::int32_t> targets, std::span<double> loss,
                            const LogitShape& shape = {}) {
  const Workspace::Scope scope(workspace);
  const auto parts = workspace.matrix<detail::PartialSum>(x.rows, logit_blocks(w.out_features()));
  const auto target_logits = workspace.matrix<float>(1, x.rows);
  for_each_logit_block(threads, workspace, x, w, nullptr, shape, [&](const LogitBlock& at) {
    for (Index i = 0; i < at.logits.rows; ++i) {
      const Index row = at.first_row + i, target = targets[static_cast<std::size_t>(row)] - at.first_column;
      if (target >= 0 && target < at.logits.cols) target_logits(0, row) = at.logits(i, target);
      parts(row, at.block) = detail::summarise(at.logits.row(i));
    }
  });
  for (Index row = 0; row < x.rows; ++row)
    loss[static_cast<std::size_t>(row)] =
        detail::log_sum_exp(parts.row(row)) - static_cast<double>(target_logits(0, row));
}

}  // namespace neuroglot::cpu
