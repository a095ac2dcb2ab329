/// From scores of candidates to the rank of the object. (Kassner et al. 2021)
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/candidates.hpp"
#include "neuroglot/experiment/facts/probe_protocol.hpp"

namespace neuroglot {

/// The number of the object among its candidates.
inline std::size_t object_number(const Query& query) {
  const auto found = std::ranges::find(*query.candidates, query.fact.obj_label, &Candidate::label);
  if (found == query.candidates->end())
    throw error("the object ", query.fact.obj_label, " of ", query.fact.uuid, " is not among its candidates");
  return static_cast<std::size_t>(found - query.candidates->begin());
}

/// 1 and how many candidates score higher than the object: of equal scores all have the better rank.
inline Index rank_of(std::span<const double> scores, std::size_t object) {
  return 1 + std::ranges::count_if(scores, [&](double score) { return score > scores[object]; });
}

/// Candidates by number, the best first; of equal scores in their order.
inline std::vector<Index> order_of(std::span<const double> scores) {
  std::vector<Index> order(scores.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::ranges::stable_sort(order, [&](Index a, Index b) {
    return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
  });
  return order;
}

/// Fills rank (and, where nobody has guessed, the best candidate as prediction) and order. Throws Error for a score
/// that is not a number.
inline void fill_rank(const RelationQueries& queries, std::size_t q, std::span<const double> scores, bool keeps_order,
                      ProbedFact& fact) {
  if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); }))
    throw error(queries.place(q), ": the model's scores are not numbers: are its weights damaged?");
  const Query& query = queries.queries[q];
  fact.hit.rank = rank_of(scores, object_number(query));
  const auto best = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
  if (!fact.guessed) fact.hit.prediction = (*query.candidates)[best].label;
  if (keeps_order) fact.order = order_of(scores);
}

}  // namespace neuroglot
