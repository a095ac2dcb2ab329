/// How far a fact's value of a neuron is from the average over the facts of its relation, as the slides describe the
/// method of Zhao et al. 2024 (their code takes differences of pairs: Probeless).
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include "neuroglot/analysis/fact_score.hpp"

namespace neuroglot {

/// score(f) = |q(f) - mean over all facts g of q(g)|, f among them.
struct DeviationFromMean {
  static constexpr std::string_view name = "deviation";

  void score(const SortedValues& values, std::span<double> scores) const {
    double sum = 0;  // of distances to the smallest: values of one size lose nothing of what tells them apart
    for (std::size_t i = 0; i < values.size(); ++i) sum += values.value(i) - values.value(0);
    const double mean = sum / static_cast<double>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      scores[values.owner(i)] = std::abs(values.value(i) - values.value(0) - mean);
  }
};

}  // namespace neuroglot
