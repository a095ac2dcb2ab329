/// Where a hook is when it is called: the layer, and which rows of its matrix belong to which sequence and position.
#pragma once

#include <Eigen/Core>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"

namespace neuroglot {

/// What hooks are handed: the matrix as an Eigen map over the library's own memory, so that `a.array() > 0` can be
/// written.
using MatrixRef = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, Eigen::Unaligned,
                             Eigen::OuterStride<>>;
using ConstMatrixRef = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>,
                                  Eigen::Unaligned, Eigen::OuterStride<>>;

inline MatrixRef eigen_map(MatrixView<float> m) {
  return {m.data, m.rows, m.cols, Eigen::OuterStride<>(m.stride)};
}
inline ConstMatrixRef eigen_map(MatrixView<const float> m) {
  return {m.data, m.rows, m.cols, Eigen::OuterStride<>(m.stride)};
}

/// At most sites row r of the matrix is row r of the batch. At the two score sites the matrix is (queries, keys) of one
/// head of one sequence: `sequence` and `head` say which; at all others they are -1.
struct Place {
  const PackedBatch& batch;
  Index layer = -1;  ///< 0 for the first block; -1 at sites outside the blocks
  Index sequence = -1;
  Index head = -1;
};

}  // namespace neuroglot
