/// Layer normalisation: y = (x - mean(x)) / sqrt(var(x) + eps) * weight + bias. (Ba et al. 2016; torch.nn.LayerNorm)
#pragma once

#include <cmath>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::reference {

/// x, y (tokens, hidden), may be the same; weight (hidden), bias (hidden) or null. The variance is that of the row, not
/// an estimate.
template <class T>
void layer_norm(MatrixView<const T> x, const T* weight, const T* bias, T eps, MatrixView<T> y) {
  for (Index row = 0; row < x.rows; ++row) {
    T sum = 0, squares = 0;
    for (const T value : x.row(row)) sum += value;
    const T mean = sum / static_cast<T>(x.cols);
    for (const T value : x.row(row)) squares += (value - mean) * (value - mean);
    const T scale = 1 / std::sqrt(squares / static_cast<T>(x.cols) + eps);
    for (Index col = 0; col < x.cols; ++col)
      y(row, col) = (x(row, col) - mean) * scale * weight[col] + (bias == nullptr ? 0 : bias[col]);
  }
}

}  // namespace neuroglot::reference
