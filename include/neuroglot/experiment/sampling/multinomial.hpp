/// A token drawn with its probability, the softmax of the scores.
#pragma once

#include <random>
#include <span>
#include <vector>

#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

namespace detail {

/// A number in [0, 1) of the generator's raw output, which the standard defines; what its distributions make of it, it
/// leaves to the library.
inline double unit_interval(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

}  // namespace detail

/// One number of the generator a token; walks the distribution in the order of the ids.
struct Multinomial {
  TokenId operator()(std::span<const float> scores, std::mt19937_64& random) const {
    const std::vector<double> probabilities = probabilities_of(scores);
    double left = detail::unit_interval(random);
    TokenId last = 0;  // that can be drawn: where rounding leaves something over
    for (std::size_t id = 0; id < probabilities.size(); ++id) {
      if (probabilities[id] <= 0) continue;
      last = static_cast<TokenId>(id);
      left -= probabilities[id];
      if (left < 0) break;
    }
    return last;
  }
};

}  // namespace neuroglot
