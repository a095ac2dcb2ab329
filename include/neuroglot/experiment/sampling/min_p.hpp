/// Drops tokens that are much less likely than the most likely one. (Nguyen et al. 2024)
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

/// A token stays where its probability is at least p times the largest. (MinPLogitsWarper in Hugging Face)
class MinP {
 public:
  /// Throws UsageError unless 0 <= p <= 1; 0 keeps all.
  explicit MinP(double p = 0) : p_(p) {
    if (!(p >= 0 && p <= 1)) throw usage_error("min-p of ", p, ": must be from 0 to 1");
  }

  bool changes_nothing() const { return p_ == 0; }

  void operator()(std::span<float> scores, std::span<const TokenId>) const {
    const std::vector<double> probabilities = probabilities_of(scores);
    const double least = p_ * *std::max_element(probabilities.begin(), probabilities.end());
    for (std::size_t id = 0; id < scores.size(); ++id)
      if (probabilities[id] < least) scores[id] = no_score;
  }

 private:
  double p_;
};

}  // namespace neuroglot
