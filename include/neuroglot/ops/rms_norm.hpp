/// RMS normalisation: y = x / sqrt(mean(x^2) + eps) * (offset + weight), offset 0 (or 1 in Gemma). (Zhang and Sennrich
/// 2019; LlamaRMSNorm in Hugging Face)
#pragma once

#include <cmath>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::reference {

/// x, y (tokens, hidden), may be the same; weight (hidden).
template <class T>
void rms_norm(MatrixView<const T> x, const T* weight, T eps, MatrixView<T> y, T offset = 0) {
  for (Index row = 0; row < x.rows; ++row) {
    T sum_of_squares = 0;
    for (const T value : x.row(row)) sum_of_squares += value * value;
    const T scale = 1 / std::sqrt(sum_of_squares / static_cast<T>(x.cols) + eps);
    for (Index col = 0; col < x.cols; ++col) y(row, col) = x(row, col) * scale * (offset + weight[col]);
  }
}

}  // namespace neuroglot::reference
