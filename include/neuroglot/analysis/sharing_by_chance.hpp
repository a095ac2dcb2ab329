/// How much the neurons of different facts have in common in two languages: what an overlap must exceed to say that the
/// two languages represent one fact by the same neurons.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/analysis/neuron_sharing.hpp"
#include "neuroglot/core/threads.hpp"

namespace neuroglot {

/// [k][c]; none where two languages have no two common facts to compare.
using OverlapThresholds = std::vector<std::vector<std::optional<double>>>;

namespace detail {

inline constexpr std::size_t partners_of_a_fact = 8;

/// Jaccard similarities of fact f in k and another fact g in c, both common to k and c, of one relation and different
/// objects: for each f with up to 8 facts that follow it, in a circle.
inline std::vector<double> overlaps_of_different_facts(const FactNeuronSets& sets, std::size_t k, std::size_t c) {
  std::map<std::string_view, std::vector<std::size_t>> of_relation;
  for (const std::size_t f : sets.common(k, c)) of_relation[sets.facts[f].relation].push_back(f);
  std::vector<double> overlaps;
  for (const auto& [relation, facts] : of_relation)
    for (std::size_t i = 0; i < facts.size(); ++i) {
      std::size_t partners = 0;
      for (std::size_t step = 1; step < facts.size() && partners < partners_of_a_fact; ++step) {
        const std::size_t f = facts[i], g = facts[(i + step) % facts.size()];
        if (sets.facts[f].object == sets.facts[g].object) continue;
        overlaps.push_back(jaccard(sets.neurons[k][f], sets.neurons[c][g]));
        ++partners;
      }
    }
  return overlaps;
}

}  // namespace detail

/// The q-quantile of those overlaps: the least value that a share q of them does not exceed.
inline OverlapThresholds overlaps_by_chance(const FactNeuronSets& sets, double q, Threads& threads) {
  const std::size_t n = sets.languages.size();
  OverlapThresholds thresholds(n, std::vector<std::optional<double>>(n));
  for_each_pair(n, threads, [&](std::size_t k, std::size_t c) {
    std::vector<double> overlaps = detail::overlaps_of_different_facts(sets, k, c);
    if (overlaps.empty()) return;
    std::ranges::sort(overlaps);
    const auto at = static_cast<std::size_t>(q * static_cast<double>(overlaps.size()));
    thresholds[k][c] = thresholds[c][k] = overlaps[std::min(at, overlaps.size() - 1)];
  });
  return thresholds;
}

}  // namespace neuroglot
