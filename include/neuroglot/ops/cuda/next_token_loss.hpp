/// ops/cross_entropy.hpp on the device, fused with the vocabulary projection block by block.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "kernels/matmul.hpp"
#include "kernels/next_token_loss.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/staging.hpp"
#include "neuroglot/ops/cuda/weight.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot::cuda {

/// loss[row] in nats of targets[row] by the logits x W^T. Waits for the result.
inline void next_token_loss(Stream stream, Workspace& workspace, Staging& staging, MatrixView<const float> x,
                            const DeviceWeight& w, std::span<const std::int32_t> targets, std::span<double> loss,
                            const LogitShape& shape) {
  if (x.rows == 0) return;
  const Workspace::Scope scope(workspace);
  const Index vocabulary = w.out_features(), blocks = pieces(vocabulary, loss_columns);
  const LossScratch scratch{rows_of(workspace.matrix<float>(x.rows, std::min<Index>(vocabulary, loss_columns))),
                            rows_of(workspace.matrix<PartialSum>(x.rows, blocks)),
                            workspace.matrix<float>(1, x.rows).data};
  double* const there = workspace.matrix<double>(1, x.rows).data;
  const auto project = [&](int first, int count, Rows<float> logits) {
    w.with_rows(first, count,
                [&](auto rows) { matmul(stream, rows_of(x), rows, static_cast<const float*>(nullptr), logits); });
  };
  next_token_loss(stream, static_cast<int>(x.rows), static_cast<int>(vocabulary), project,
                  staging.up(stream, workspace, targets), static_cast<float>(shape.scale),
                  static_cast<float>(shape.softcap), scratch, there);
  void* const here = staging.take(loss.size_bytes());
  copy_bytes(stream, there, here, loss.size_bytes());
  wait_for(stream);
  std::memcpy(loss.data(), here, loss.size_bytes());
}

}  // namespace neuroglot::cuda
