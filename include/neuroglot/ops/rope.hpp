/// Rotary positions: each pair (x[i], x[i + d/2]) of a head is turned by an angle that grows with the position.
/// (Su et al. 2021; halves as in Hugging Face's rotate_half, not neighbours as in the paper)
#pragma once

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::reference {

/// x (tokens, heads * head_dim), in place; cosine and sine (tokens, d/2), where d <= head_dim is the part of each head
/// that is turned:
///     x[i]       = x[i] cos - x[i + d/2] sin
///     x[i + d/2] = x[i + d/2] cos + x[i] sin
template <class T>
void rotate(MatrixView<T> x, MatrixView<const T> cosine, MatrixView<const T> sine, Index head_dim) {
  const Index half = cosine.cols;
  for (Index row = 0; row < x.rows; ++row)
    for (Index head = 0; head < x.cols; head += head_dim)
      for (Index i = 0; i < half; ++i) {
        const T first = x(row, head + i), second = x(row, head + half + i);
        x(row, head + i) = first * cosine(row, i) - second * sine(row, i);
        x(row, head + half + i) = second * cosine(row, i) + first * sine(row, i);
      }
}

}  // namespace neuroglot::reference
