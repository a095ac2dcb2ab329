/// Where a hook is when it is called: the layer, and which rows of its matrix belong to which sequence and position.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <span>
#include <utility>

#include "neuroglot/core/error.hpp"
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
///
/// In a mixture of experts the sites inside the MLP are handed over expert by expert, with the rows alone that are
/// routed to it. A layer's neurons are then numbered through: neuron n of expert e is e * width + n.
struct Place {
  const PackedBatch& batch;
  Index layer = -1;  ///< 0 for the first block; -1 at sites outside the blocks
  Index sequence = -1;
  Index head = -1;
  Index expert = -1;                     ///< -1: the rows are those of the batch
  Index experts = 1;                     ///< of the layer
  std::span<const Index> expert_rows{};  ///< rows of the batch that were routed to the expert, ascending

  /// Row of the batch that row r of the matrix is.
  Index batch_row(Index r) const { return expert < 0 ? r : expert_rows[static_cast<std::size_t>(r)]; }

  /// Rows [first, last) of the matrix that belong to a sequence.
  std::pair<Index, Index> rows_of(Index of) const {
    if (expert < 0) return {batch.begin(of), batch.begin(of + 1)};
    const auto position = [&](Index row) {
      return std::lower_bound(expert_rows.begin(), expert_rows.end(), row) - expert_rows.begin();
    };
    return {position(batch.begin(of)), position(batch.begin(of + 1))};
  }

  /// These rows.
  MatrixView<const float> rows_of(Index of, const ConstMatrixRef& matrix) const {
    const auto [first, last] = rows_of(of);
    const Index stride = matrix.outerStride();
    return {matrix.data() + first * stride, last - first, matrix.cols(), stride};
  }

  /// The column of one of the layer's neurons in a matrix of so many columns; -1 where another expert has it. Throws
  /// Error where the layer has no such neuron.
  Index column(Index neuron, Index columns) const {
    if (neuron < 0 || neuron >= experts * columns)
      throw error("neuron ", neuron, " of layer ", layer, " is to be switched, but the layer has ", experts * columns,
                  ": were the neurons chosen for another model?");
    const Index at = neuron - std::max<Index>(0, expert) * columns;
    return at >= 0 && at < columns ? at : -1;
  }
};

}  // namespace neuroglot
