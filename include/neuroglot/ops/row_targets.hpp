/// Several tokens of one row of scores: the log probability of each, logits[n] - ln sum exp(logits).
#pragma once

#include <cstdint>
#include <span>

#include "neuroglot/ops/cross_entropy.hpp"

namespace neuroglot {

/// What is asked of one row: which columns of the vocabulary, ascending, and where their log probabilities go (nats).
struct RowTargets {
  std::span<const std::int32_t> columns;
  std::span<double> log_probability;  ///< as many
};

namespace reference {

/// Of one row of logits (vocab).
template <class T>
void log_probabilities(std::span<const T> logits, const RowTargets& targets) {
  for (std::size_t i = 0; i < targets.columns.size(); ++i)
    targets.log_probability[i] = -cross_entropy<T>(logits, targets.columns[i]);
}

}  // namespace reference
}  // namespace neuroglot
