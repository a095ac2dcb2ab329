/// ops/cross_entropy.hpp fused with the vocabulary projection: logits exist a block at a time and never leave the
/// cache.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/matmul.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/cpu/soft_cap.hpp"
#include "neuroglot/ops/cpu/softmax.hpp"
#include "neuroglot/ops/cpu/widen.hpp"

namespace neuroglot::cpu {

namespace detail {

inline constexpr Index loss_rows = 96;  // rows of x that are taken at a time
inline constexpr Index loss_columns =
    512;  // and columns of the vocabulary: 192 KB of logits, in the second-level cache

/// What a block of columns contributes to the log-sum-exp of a row.
struct PartialSum {
  float maximum;
  float sum;  ///< of exp(logit - maximum)
};

inline PartialSum summarise(std::span<float> logits) {
  PartialSum result{};
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
    const auto n = static_cast<Index>(logits.size());
    result.maximum = largest_of<N>(logits.data(), n);
    const bool all_hidden = result.maximum == -std::numeric_limits<float>::infinity();  // -inf minus -inf would be NaN
    result.sum = exponentiate_and_sum<N>(logits.data(), n, all_hidden ? 0.0f : result.maximum);
  });
  return result;
}

/// ln sum exp over all blocks, in double and in the order of the columns.
inline double log_sum_exp(std::span<const PartialSum> parts) {
  float maximum = -std::numeric_limits<float>::infinity();
  for (const PartialSum& part : parts) maximum = std::max(maximum, part.maximum);
  double sum = 0;
  for (const PartialSum& part : parts)
    sum += static_cast<double>(part.sum) * std::exp(static_cast<double>(part.maximum) - static_cast<double>(maximum));
  return static_cast<double>(maximum) + std::log(sum);
}

}  // namespace detail

/// loss[row] = cross entropy in nats of the logits x W^T (rows, vocab) with targets[row]. The bits of a row's loss
/// depend on that row alone. A row whose logits hold a NaN gives NaN.
inline void next_token_loss(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                            std::span<const std::int32_t> targets, std::span<double> loss,
                            const LogitShape& shape = {}) {
  using namespace detail;
  const Index vocabulary = w.out_features();
  const Index blocks = (vocabulary + loss_columns - 1) / loss_columns;
  const Workspace::Scope scope(workspace);
  const auto parts = workspace.matrix<PartialSum>(x.rows, blocks);
  const auto target_logits = workspace.matrix<float>(1, x.rows);
  const auto scratch = workspace.matrix<float>(threads.size() * loss_rows, loss_columns);
  const bool widens = w.type() != WeightType::fp32;
  const auto wide = workspace.matrix<float>(widens ? threads.size() : 0, loss_columns * w.in_features());
  threads.for_each(blocks, [&](Index block, int thread) {
    const Index first = block * loss_columns, width = std::min(loss_columns, vocabulary - first);
    const WidePanels panels = wide_panels(w, first / panel_width, panels_of(width), 0, w.in_features(),
                                          widens ? wide.row(thread).data() : nullptr);
    for (Index row = 0; row < x.rows; row += loss_rows) {
      const Index rows = std::min(loss_rows, x.rows - row);
      const auto logits = scratch.row_range(thread * loss_rows, rows).col_range(0, width);
      matmul_panels(x.row_range(row, rows), panels.first, width, logits);
      shape_logits(logits, shape);
      for (Index i = 0; i < rows; ++i) {
        const Index target = targets[static_cast<std::size_t>(row + i)] - first;
        if (target >= 0 && target < width) target_logits(0, row + i) = logits(i, target);
        parts(row + i, block) = summarise(logits.row(i));
      }
    }
  });
  for (Index row = 0; row < x.rows; ++row)
    loss[static_cast<std::size_t>(row)] = log_sum_exp(parts.row(row)) - static_cast<double>(target_logits(0, row));
}

}  // namespace neuroglot::cpu
