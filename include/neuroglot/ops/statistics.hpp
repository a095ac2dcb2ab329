/// What a recording keeps of activations, column by column: how often > 0, their sum, the sum of their squares.
#pragma once

#include <cstdint>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::reference {

/// Adds the rows of one sequence, x (tokens, neurons), to the totals. Sums run over the rows in double and in order,
/// and are added to the totals once: the bits depend on the sequence alone, not on how sequences are batched.
template <class T>
void accumulate_statistics(MatrixView<const T> x, std::int64_t* positive, double* sum, double* sum_of_squares) {
  for (Index col = 0; col < x.cols; ++col) {
    double column_sum = 0, column_squares = 0;
    for (Index row = 0; row < x.rows; ++row) {
      const double value = static_cast<double>(x(row, col));
      positive[col] += value > 0 ? 1 : 0;
      column_sum += value;
      column_squares += value * value;
    }
    sum[col] += column_sum;
    sum_of_squares[col] += column_squares;
  }
}

}  // namespace neuroglot::reference
