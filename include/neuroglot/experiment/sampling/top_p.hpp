/// Keeps the smallest set of most likely tokens whose probabilities add up to p. (Holtzman et al. 2020, section 3.1)
#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

/// From the least likely token on, all are dropped as long as their sum is at most 1 - p; the most likely one stays.
/// Of equal scores the lower id is dropped first. (TopPLogitsWarper in Hugging Face)
class TopP {
 public:
  /// Throws UsageError unless 0 <= p <= 1; 1 keeps all.
  explicit TopP(double p = 1) : p_(p) {
    if (!(p >= 0 && p <= 1)) throw usage_error("top-p of ", p, ": must be from 0 to 1");
  }

  bool changes_nothing() const { return p_ == 1; }

  void operator()(std::span<float> scores, std::span<const TokenId>) const {
    const std::vector<double> probabilities = probabilities_of(scores);
    std::vector<std::size_t> ascending(scores.size());
    std::iota(ascending.begin(), ascending.end(), std::size_t{0});
    std::stable_sort(ascending.begin(), ascending.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
    double sum = 0;
    for (std::size_t i = 0; i + 1 < ascending.size(); ++i) {
      sum += probabilities[ascending[i]];
      if (sum > 1 - p_) break;
      scores[ascending[i]] = no_score;
    }
  }

 private:
  double p_;
};

}  // namespace neuroglot
