/// ln sum exp over a vocabulary that comes in blocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "neuroglot/ops/cpu/softmax.hpp"

namespace neuroglot::cpu::detail {

/// What a block of columns contributes to the log-sum-exp of a row.
struct PartialSum {
  float maximum;
  float sum;  ///< of exp(logit - maximum)
};

/// Overwrites the logits.
inline PartialSum summarise(std::span<float> logits) {
  PartialSum result{};
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED {
    const auto n = static_cast<Index>(logits.size());
    result.maximum = largest_of<N>(logits.data(), n);
    const bool all_hidden = result.maximum == -std::numeric_limits<float>::infinity();  // -inf minus -inf would be NaN
    result.sum = exponentiate_and_sum<N>(logits.data(), n, all_hidden ? 0.0f : result.maximum);
  });
  return result;
}

/// ln sum exp over all blocks, in double and in the order of the columns.
inline double log_sum_exp(std::span<const PartialSum> parts) {
  float maximum = -std::numeric_limits<float>::infinity();
  for (const PartialSum& part : parts) maximum = std::max(maximum, part.maximum);
  double sum = 0;
  for (const PartialSum& part : parts)
    sum += static_cast<double>(part.sum) * std::exp(static_cast<double>(part.maximum) - static_cast<double>(maximum));
  return static_cast<double>(maximum) + std::log(sum);
}

}  // namespace neuroglot::cpu::detail
