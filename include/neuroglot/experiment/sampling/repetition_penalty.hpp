/// Makes tokens that were seen before less likely. (Keskar et al. 2019, CTRL, section 4.1)
#pragma once

#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

/// score / penalty where a seen token's score is positive, score * penalty where it is negative; once however often it
/// was seen, prompt included. (RepetitionPenaltyLogitsProcessor in Hugging Face)
class RepetitionPenalty {
 public:
  /// Throws UsageError unless penalty > 0; 1 changes nothing.
  explicit RepetitionPenalty(double penalty = 1) : penalty_(static_cast<float>(penalty)) {
    if (!(penalty > 0)) throw usage_error("a repetition penalty of ", penalty, ": must be above 0");
  }

  bool changes_nothing() const { return penalty_ == 1; }

  void operator()(std::span<float> scores, std::span<const TokenId> seen) const {
    std::vector<bool> done(scores.size());
    for (const TokenId id : seen) {
      const auto at = static_cast<std::size_t>(id);
      if (done[at]) continue;
      done[at] = true;
      scores[at] = scores[at] < 0 ? scores[at] * penalty_ : scores[at] / penalty_;
    }
  }

 private:
  float penalty_;
};

}  // namespace neuroglot
