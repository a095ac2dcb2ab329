/// Sums and products of two matrices of one shape, element by element: the residual connection and the gate.
#pragma once

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::reference {

/// x += y
template <class T>
void add(MatrixView<T> x, MatrixView<const T> y) {
  for (Index row = 0; row < x.rows; ++row)
    for (Index col = 0; col < x.cols; ++col) x(row, col) += y(row, col);
}

/// x *= y
template <class T>
void multiply(MatrixView<T> x, MatrixView<const T> y) {
  for (Index row = 0; row < x.rows; ++row)
    for (Index col = 0; col < x.cols; ++col) x(row, col) *= y(row, col);
}

}  // namespace neuroglot::reference
