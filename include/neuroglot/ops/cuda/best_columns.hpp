/// ops/best_column.hpp on the device, fused with the vocabulary projection: only the ids come back.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/best_columns.hpp"
#include "neuroglot/ops/cuda/logit_blocks.hpp"
#include "neuroglot/ops/cuda/staging.hpp"

namespace neuroglot::cuda {

/// best[row] = the column of the largest of the logits x W^T + bias, of equal ones the first; -1 where all are
/// -infinity or NaN. Waits for the result.
inline void best_columns(Stream stream, Workspace& workspace, Staging& staging, Products& products,
                         MatrixView<const float> x, const DeviceWeight& w, const float* bias,
                         std::span<std::int32_t> best, const LogitShape& shape) {
  if (x.rows == 0) return;
  const Workspace::Scope scope(workspace);
  float* const values = workspace.matrix<float>(1, x.rows).data;
  int* const columns = workspace.matrix<int>(1, x.rows).data;
  each_logit_block(stream, workspace, products, x, w, bias, [&](int first, Rows<const float> logits) {
    keep_best(stream, logits, first, static_cast<float>(shape.scale), static_cast<float>(shape.softcap), values,
              columns);
  });
  staging.down(stream, columns, best);
}

}  // namespace neuroglot::cuda
