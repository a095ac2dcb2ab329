/// Rotary positions: each pair (x[i], x[i + d/2]) of a head is turned by an angle that grows with the position.
/// (Su et al. 2021)
#pragma once

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Which values of a head are turned together.
enum class RotaryPairs {
  halves,     ///< x[i] and x[i + d/2], as Hugging Face's rotate_half
  neighbours  ///< x[2i] and x[2i + 1], as the paper has it (Cohere)
};

/// Place of the pair's first value in its head, and how far on the second is.
struct RotaryPlace {
  Index first, distance;
};
constexpr RotaryPlace rotary_place(RotaryPairs pairs, Index i, Index half) {
  return pairs == RotaryPairs::halves ? RotaryPlace{i, half} : RotaryPlace{2 * i, 1};
}

}  // namespace neuroglot

namespace neuroglot::reference {

/// x (tokens, heads * head_dim), in place; cosine and sine (tokens, d/2), where d <= head_dim is the part of each head
/// that is turned; for each pair (a, b):
///     a = a cos - b sin
///     b = b cos + a sin
template <class T>
void rotate(MatrixView<T> x, MatrixView<const T> cosine, MatrixView<const T> sine, Index head_dim,
            RotaryPairs pairs = RotaryPairs::halves) {
  const Index half = cosine.cols;
  for (Index row = 0; row < x.rows; ++row)
    for (Index head = 0; head < x.cols; head += head_dim)
      for (Index i = 0; i < half; ++i) {
        const RotaryPlace place = rotary_place(pairs, i, half);
        T& a = x(row, head + place.first);
        T& b = x(row, head + place.first + place.distance);
        const T first = a, second = b;
        a = first * cosine(row, i) - second * sine(row, i);
        b = second * cosine(row, i) + first * sine(row, i);
      }
}

}  // namespace neuroglot::reference
