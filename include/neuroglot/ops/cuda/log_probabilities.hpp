/// ops/row_targets.hpp and ops/cross_entropy.hpp on the device, fused with the vocabulary projection block by block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/log_probabilities.hpp"
#include "neuroglot/ops/cuda/logit_blocks.hpp"
#include "neuroglot/ops/cuda/staging.hpp"
#include "neuroglot/ops/row_targets.hpp"

namespace neuroglot::cuda {

/// Log probabilities in nats of the targets, in their order, by the logits x W^T + bias. Waits for the result.
inline std::vector<double> log_probabilities_of(Stream stream, Workspace& workspace, Staging& staging,
                                                Products& products, MatrixView<const float> x, const DeviceWeight& w,
                                                const float* bias, std::span<const RowTarget> targets,
                                                const LogitShape& shape) {
  std::vector<double> result(targets.size());
  if (x.rows == 0 || targets.empty()) return result;
  const Workspace::Scope scope(workspace);
  const auto count = static_cast<int>(targets.size());
  const RowTarget* const there = staging.up(stream, workspace, targets);
  const auto parts = rows_of(workspace.matrix<PartialSum>(x.rows, logit_blocks(w.out_features())));
  float* const logits_of_targets = workspace.matrix<float>(1, count).data;
  double* const sums = workspace.matrix<double>(1, x.rows).data;
  double* const differences = workspace.matrix<double>(1, count).data;
  const auto factor = static_cast<float>(shape.scale), cap = static_cast<float>(shape.softcap);
  each_logit_block(stream, workspace, products, x, w, bias, [&](int first, Rows<const float> logits) {
    summarise_block(stream, logits, factor, cap, parts, first / logit_columns);
    gather_targets(stream, logits, first, factor, cap, there, count, logits_of_targets);
  });
  log_sum_exp(stream, parts, sums);
  subtract_log_sums(stream, there, count, logits_of_targets, sums, differences);
  staging.down(stream, differences, std::span(result));
  return result;
}

/// loss[row] in nats of targets[row] by the logits x W^T.
inline void next_token_loss(Stream stream, Workspace& workspace, Staging& staging, Products& products,
                            MatrixView<const float> x, const DeviceWeight& w, std::span<const std::int32_t> targets,
                            std::span<double> loss, const LogitShape& shape) {
  std::vector<RowTarget> of_rows;
  for (const std::int32_t target : targets) of_rows.push_back({static_cast<int>(of_rows.size()), target});
  const auto found = log_probabilities_of(stream, workspace, staging, products, x, w, nullptr, of_rows, shape);
  for (std::size_t row = 0; row < found.size(); ++row) loss[row] = -found[row];
}

inline void log_probabilities(Stream stream, Workspace& workspace, Staging& staging, Products& products,
                              MatrixView<const float> x, const DeviceWeight& w, const float* bias,
                              std::span<const RowTargets> targets, const LogitShape& shape) {
  std::vector<RowTarget> flat;
  for (std::size_t row = 0; row < targets.size(); ++row)
    for (const std::int32_t column : targets[row].columns) flat.push_back({static_cast<int>(row), column});
  const auto found = log_probabilities_of(stream, workspace, staging, products, x, w, bias, flat, shape);
  auto from = found.begin();
  for (const RowTargets& of : targets)
    for (double& value : of.log_probability) value = *from++;
}

}  // namespace neuroglot::cuda
