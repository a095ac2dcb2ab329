/// Scores all neurons for all facts of one relation in one language, neuron by neuron.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "neuroglot/analysis/fact_score.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"

namespace neuroglot {

namespace detail {

/// What one thread needs for one neuron after the other.
struct FactScoreSpace {
  static constexpr Index width = 32;  // neurons that are taken out of the rows together: two cache lines

  std::vector<float> columns;  // (width, facts)
  std::vector<double> scores;  // (facts)
  SortedValues sorted;
};

inline void require_finite(float value, Index fact, Index neuron) {
  if (!std::isfinite(value))
    throw error("the activation of neuron ", neuron, " (counted through all layers) is not finite for fact ", fact,
                " of the relation: are the weights damaged?");
}

template <FactScore P>
void score_strip(const P& policy, MatrixView<float> strip, Index first, FactScoreSpace& space) {
  const auto facts = static_cast<std::size_t>(strip.rows);
  space.columns.resize(facts * static_cast<std::size_t>(strip.cols));
  space.scores.resize(facts);
  const auto column = [&](Index c) {
    return std::span(space.columns).subspan(static_cast<std::size_t>(c) * facts, facts);
  };
  for (Index f = 0; f < strip.rows; ++f)
    for (Index c = 0; c < strip.cols; ++c) {
      require_finite(strip(f, c), f, first + c);
      column(c)[static_cast<std::size_t>(f)] = strip(f, c);
    }
  for (Index c = 0; c < strip.cols; ++c) {
    space.sorted.sort(column(c));
    policy.score(space.sorted, space.scores);
    std::ranges::transform(space.scores, column(c).begin(), [](double score) { return static_cast<float>(score); });
  }
  for (Index f = 0; f < strip.rows; ++f)
    for (Index c = 0; c < strip.cols; ++c) strip(f, c) = column(c)[static_cast<std::size_t>(f)];
}

}  // namespace detail

/// facts (facts, neurons of all layers): the vectors q(f) when called, the scores afterwards; in place, so that one
/// matrix is all the memory there is. Computed in double, kept as float; the bits depend neither on the number of
/// threads nor on the order of the facts. Throws Error for fewer than two facts, for which no score is defined, and for
/// a value that is not finite.
template <FactScore P>
void score_facts(const P& policy, MatrixView<float> facts, Threads& threads) {
  if (facts.rows < 2) throw error("a fact is scored against others of its relation: there is none beside it");
  std::vector<detail::FactScoreSpace> spaces(static_cast<std::size_t>(threads.size()));
  threads.for_ranges(facts.cols, detail::FactScoreSpace::width, [&](Index first, Index count, int thread) {
    detail::score_strip(policy, facts.col_range(first, count), first, spaces[static_cast<std::size_t>(thread)]);
  });
}

}  // namespace neuroglot
