/// The loss of a language model: how many nats the true next token costs, -ln softmax(logits)[target].
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot::reference {

/// Of one row of logits (vocab).
template <class T>
double cross_entropy(std::span<const T> logits, Index target) {
  const double maximum = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const T logit : logits) sum += std::exp(static_cast<double>(logit) - maximum);
  return maximum + std::log(sum) - static_cast<double>(logits[static_cast<std::size_t>(target)]);
}

}  // namespace neuroglot::reference
