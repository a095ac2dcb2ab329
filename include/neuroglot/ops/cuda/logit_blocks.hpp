/// The vocabulary projection block by block: no (rows, vocab) matrix of logits is ever there.
#pragma once

#include <algorithm>

#include "neuroglot/ops/cuda/products.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot::cuda {

inline constexpr int logit_columns = 4096;  // of the vocabulary at a time: 8 MB of logits for 512 rows

inline int logit_blocks(Index vocabulary) {
  return pieces(vocabulary, logit_columns);
}

/// Calls f(first, logits) for each block, in order: logits (rows, width) are the columns [first, first + width) of
/// x W^T + bias, before their shape. What f launches on the stream comes after them and before the next ones.
template <class F>
void each_logit_block(Stream stream, Workspace& workspace, Products& products, MatrixView<const float> x,
                      const DeviceWeight& w, const float* bias, F&& f) {
  const Workspace::Scope scope(workspace);
  const Index vocabulary = w.out_features();
  const auto room = workspace.matrix<float>(x.rows, std::min<Index>(vocabulary, logit_columns));
  for (Index first = 0; first < vocabulary; first += logit_columns) {
    const MatrixView<float> logits(room.data, x.rows, std::min<Index>(vocabulary - first, logit_columns), room.stride);
    products.multiply(stream, workspace, x, w, first, logits.cols, bias == nullptr ? nullptr : bias + first, logits);
    f(static_cast<int>(first), rows_of(MatrixView<const float>(logits)));
  }
}

}  // namespace neuroglot::cuda
