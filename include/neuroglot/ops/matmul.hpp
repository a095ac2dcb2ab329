/// The matrix product of a linear layer, y = x W^T + b, as its equation in plain loops: what every fast version is held
/// to.
#pragma once

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Throws unless x (rows, in_features), a weight (out_features, in_features) and y (rows, out_features) fit together.
inline void check_matmul_shapes(Index x_rows, Index x_cols, Index out_features, Index in_features, Index y_rows,
                                Index y_cols) {
  if (x_cols != in_features || y_rows != x_rows || y_cols != out_features)
    throw error("matmul: x (", x_rows, ", ", x_cols, ") times the transpose of a weight (", out_features, ", ",
                in_features, ") can not be written to y (", y_rows, ", ", y_cols, ")");
}

namespace reference {

/// y[r, n] = sum over k of x[r, k] w[n, k], then + bias[n]; k runs from 0 upwards, starting from a sum of zero.
/// x (rows, in_features), w (out_features, in_features) as checkpoints store it, bias (out_features) or null, y (rows,
/// out_features).
template <class T>
void matmul(MatrixView<const T> x, MatrixView<const T> w, const T* bias, MatrixView<T> y) {
  check_matmul_shapes(x.rows, x.cols, w.rows, w.cols, y.rows, y.cols);
  for (Index r = 0; r < x.rows; ++r)
    for (Index n = 0; n < w.rows; ++n) {
      T sum{};
      for (Index k = 0; k < x.cols; ++k) sum += x(r, k) * w(n, k);
      y(r, n) = bias == nullptr ? sum : sum + bias[n];
    }
}

}  // namespace reference
}  // namespace neuroglot
