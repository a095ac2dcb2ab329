/// Weights as published, (out_features, in_features), in double.
#pragma once

#include <algorithm>
#include <cstddef>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

class ReferenceWeight {
 public:
  ReferenceWeight() = default;
  ReferenceWeight(Index in_features, Index out_features) : rows_(out_features, in_features) {}

  Index in_features() const { return rows_.cols(); }
  Index out_features() const { return rows_.rows(); }
  std::size_t bytes() const { return static_cast<std::size_t>(rows_.rows() * rows_.cols()) * sizeof(double); }
  void set_row(Index n, const double* from) { std::copy_n(from, in_features(), rows_.view().row(n).data()); }
  MatrixView<const double> view() const { return rows_.view(); }

 private:
  Matrix<double> rows_;
};

}  // namespace neuroglot
