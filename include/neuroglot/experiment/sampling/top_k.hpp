/// Keeps the k tokens with the highest scores. (Fan et al. 2018, section 5.4)
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

/// Tokens that tie with the k-th are kept as well. (TopKLogitsWarper in Hugging Face)
class TopK {
 public:
  /// Throws UsageError for k < 0; 0 keeps all.
  explicit TopK(Index k = 0) : k_(k) {
    if (k < 0) throw usage_error("top-k of ", k, ": must be 1 or more, or 0 for all tokens");
  }

  bool changes_nothing() const { return k_ == 0; }

  void operator()(std::span<float> scores, std::span<const TokenId>) const {
    if (k_ >= static_cast<Index>(scores.size())) return;
    std::vector<float> sorted(scores.begin(), scores.end());
    const auto kth = sorted.begin() + (k_ - 1);
    std::nth_element(sorted.begin(), kth, sorted.end(), std::greater<>());
    for (float& score : scores)
      if (score < *kth) score = no_score;
  }

 private:
  Index k_;
};

}  // namespace neuroglot
