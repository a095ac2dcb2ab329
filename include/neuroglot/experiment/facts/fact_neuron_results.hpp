/// All that ng-fact-neurons finds, before it is written down.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/analysis/fact_kind.hpp"
#include "neuroglot/analysis/fact_neuron_sets.hpp"
#include "neuroglot/analysis/neuron_sharing.hpp"
#include "neuroglot/analysis/sharing_by_chance.hpp"
#include "neuroglot/experiment/facts/facts_switched_off.hpp"
#include "neuroglot/experiment/facts/predicted_facts.hpp"
#include "neuroglot/experiment/facts/relation_neurons.hpp"

namespace neuroglot {

/// Two languages, by their numbers in FactNeuronSets, over the facts that were measured in both.
struct PairOff {
  std::size_t facts = 0;
  double p_at_1 = 0, change = 0;                  ///< with the neurons of the source off; the change of log probability
  double control_p_at_1 = 0, control_change = 0;  ///< with as many random ones off
};

struct FactNeuronResults {
  std::vector<LanguageScore> scores;  ///< of all languages of the hits
  FactNeuronSets sets;                ///< of those that are compared
  NeuronSharing sharing;
  OverlapThresholds by_chance;
  std::vector<FactKind> kinds;
  CorpusPresence presence;               ///< empty: not known
  std::vector<FactActivity> activities;  ///< of one fact, a language each
  std::string drawn;                     ///< its uuid
  std::vector<SkippedFact> skipped;      ///< facts without neurons
  std::optional<FactsOff> off;

  std::size_t facts_with_neurons(std::size_t language) const {
    std::size_t count = 0;
    for (std::size_t f = 0; f < sets.facts.size(); ++f) count += sets.has(language, f) ? 1 : 0;
    return count;
  }
};

/// Means over the records that `chosen` says; no fact: all zero.
template <class Chosen>
PairOff mean_off(const std::vector<FactOff>& measured, Chosen chosen) {
  PairOff sum;
  for (const FactOff& of : measured)
    if (chosen(of)) {
      ++sum.facts;
      sum.p_at_1 += of.hit ? 1 : 0;
      sum.change += of.change;
      sum.control_p_at_1 += of.control_hits;
      sum.control_change += of.control_change;
    }
  const double n = sum.facts == 0 ? 1 : static_cast<double>(sum.facts);
  return {sum.facts, sum.p_at_1 / n, sum.change / n, sum.control_p_at_1 / n, sum.control_change / n};
}

/// [source][target] for all languages of the sets.
inline std::vector<std::vector<PairOff>> pairs_off(const std::vector<FactOff>& measured, std::size_t languages) {
  std::vector<std::vector<std::vector<FactOff>>> by_pair(languages, std::vector<std::vector<FactOff>>(languages));
  for (const FactOff& of : measured) by_pair[of.source][of.target].push_back(of);
  std::vector<std::vector<PairOff>> pairs(languages);
  for (std::size_t k = 0; k < languages; ++k)
    for (std::size_t c = 0; c < languages; ++c)
      pairs[k].push_back(mean_off(by_pair[k][c], [](const FactOff&) { return true; }));
  return pairs;
}

}  // namespace neuroglot
