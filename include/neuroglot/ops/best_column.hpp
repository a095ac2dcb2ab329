/// The top-1 token of a row of scores: argmax over the vocabulary.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace neuroglot::reference {

/// The column of the largest of the logits (vocab); of equal ones the first, as argmax in NumPy and PyTorch. A NaN
/// never wins; -1 where nothing is above -infinity.
template <class T>
std::int32_t best_column(std::span<const T> logits) {
  std::int32_t best = -1;
  T largest = -std::numeric_limits<T>::infinity();
  for (std::size_t n = 0; n < logits.size(); ++n)
    if (logits[n] > largest) {
      largest = logits[n];
      best = static_cast<std::int32_t>(n);
    }
  return best;
}

}  // namespace neuroglot::reference
