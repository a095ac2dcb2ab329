/// The largest of some neighbouring logits of a row, and where it is.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "neuroglot/ops/cpu/softmax.hpp"

namespace neuroglot::cpu {

namespace detail {

struct BestOfBlock {
  float logit;
  std::int32_t column;  ///< of the vocabulary; -1: nothing above -infinity
};

inline BestOfBlock best_of(std::span<const float> logits, Index first_column) {
  BestOfBlock best{-std::numeric_limits<float>::infinity(), -1};
  const auto n = static_cast<Index>(logits.size());
  vectorized([&]<Index N>(Width<N>) NEUROGLOT_VECTORIZED { best.logit = largest_of<N>(logits.data(), n); });
  if (best.logit == -std::numeric_limits<float>::infinity()) return best;
  Index at = 0;
  while (!(logits[static_cast<std::size_t>(at)] == best.logit)) ++at;
  best.column = static_cast<std::int32_t>(first_column + at);
  return best;
}

}  // namespace detail

}  // namespace neuroglot::cpu
