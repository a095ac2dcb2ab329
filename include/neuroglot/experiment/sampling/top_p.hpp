/// Keeps the smallest set of most likely tokens whose probabilities add up to p. (Holtzman et al. 2020, section 3.1)
#pragma once

#include <algorithm>
#include <cstddef>
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
    // Tokens this unlikely are at most 1 - p together: they are dropped without being sorted, which are nearly all.
    const double negligible = (1 - p_) / static_cast<double>(scores.size());
    double sum = 0;
    std::vector<std::size_t> ascending;
    for (std::size_t id = 0; id < scores.size(); ++id) {
      if (probabilities[id] >= negligible) {
        ascending.push_back(id);
        continue;
      }
      sum += probabilities[id];
      scores[id] = no_score;
    }
    std::stable_sort(ascending.begin(), ascending.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
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
