/// The scores of the next token on their way to a choice: processors reshape them one after the other.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <vector>

#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// A token with this score is never chosen.
inline constexpr float no_score = -std::numeric_limits<float>::infinity();

/// Reshapes the scores (vocab) in place; `seen` are the sequence's tokens so far, those of the prompt included.
/// (LogitsProcessor and LogitsWarper in Hugging Face)
template <class P>
concept ScoreProcessor = requires(const P processor, std::span<float> scores, std::span<const TokenId> seen) {
  { processor.changes_nothing() } -> std::same_as<bool>;
  processor(scores, seen);
};

/// exp(score) / sum of exp(score); summed in double, in the order of the ids.
inline std::vector<double> probabilities_of(std::span<const float> scores) {
  const auto largest = static_cast<double>(*std::max_element(scores.begin(), scores.end()));
  std::vector<double> probabilities;
  probabilities.reserve(scores.size());
  double sum = 0;
  for (const float score : scores) {
    probabilities.push_back(std::exp(static_cast<double>(score) - largest));
    sum += probabilities.back();
  }
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

}  // namespace neuroglot
