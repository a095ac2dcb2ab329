/// The token with the highest score; of equal ones the lowest id.
#pragma once

#include <algorithm>
#include <random>
#include <span>

#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

struct Greedy {
  TokenId operator()(std::span<const float> scores, std::mt19937_64&) const {
    return static_cast<TokenId>(std::max_element(scores.begin(), scores.end()) - scores.begin());
  }
};

}  // namespace neuroglot
