/// The part of fact_neurons.json on facts whose neurons were switched off.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/fact_neuron_results.hpp"
#include "neuroglot/experiment/facts/relation_neurons_file.hpp"
#include "neuroglot/experiment/provenance.hpp"

namespace neuroglot {

/// The words that stand beside the numbers.
inline std::string facts_off_protocol(const FactsOffOptions& options) {
  return text_of(
      "of each fact its neurons of language `source` are 0 at all positions while it is asked in language `target`; "
      "p_at_1: share of facts still answered with their object (all are with nothing off); change: of the log "
      "probability of the object, nats, mean over its masks; control: ",
      options.controls, " sets of as many random neurons for each fact, evenly over the layers");
}

namespace detail {

inline Provenance pair_off_json(const PairOff& pair) {
  return {{"facts", pair.facts},
          {"p_at_1", pair.p_at_1},
          {"change", pair.change},
          {"control_p_at_1", pair.control_p_at_1},
          {"control_change", pair.control_change}};
}

/// One number of each pair, [source][target]; null where no fact was measured.
template <class Value>
Provenance pair_matrix(const std::vector<std::vector<PairOff>>& pairs, const std::vector<std::size_t>& sources,
                       Value PairOff::*value) {
  Provenance rows = Provenance::array();
  for (const std::size_t source : sources) {
    rows.push_back(Provenance::array());
    for (const PairOff& pair : pairs[source])
      rows.back().push_back(pair.facts == 0 ? Provenance() : Provenance(pair.*value));
  }
  return rows;
}

}  // namespace detail

/// By kind of fact, in the language whose neurons they are and in the others.
inline Provenance facts_off_by_kind(const FactNeuronResults& found) {
  std::map<std::size_t, RepresentationKind> kinds;
  for (const FactKind& of : found.kinds) kinds[of.fact] = of.kind;
  Provenance all = Provenance::array();
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    const auto mean = [&](bool own) {
      return mean_off(found.off->measured, [&](const FactOff& of) {
        const auto kind = kinds.find(of.fact);
        return (of.source == of.target) == own && kind != kinds.end() &&
               kind->second == static_cast<RepresentationKind>(i);
      });
    };
    const PairOff own = mean(true), others = mean(false);
    if (own.facts + others.facts == 0) continue;
    all.push_back({{"kind", kind_names[i]},
                   {"own_language", detail::pair_off_json(own)},
                   {"other_languages", detail::pair_off_json(others)}});
  }
  return all;
}

inline Provenance facts_off_json(const FactNeuronResults& found, const FactsOffOptions& options) {
  const auto pairs = pairs_off(found.off->measured, found.sets.languages.size());
  Provenance sources = Provenance::array();
  for (const std::size_t source : options.sources) sources.push_back(found.sets.languages[source]);
  const auto mean = [&](bool own) {
    return detail::pair_off_json(
        mean_off(found.off->measured, [&](const FactOff& of) { return (of.source == of.target) == own; }));
  };
  return {{"sources", std::move(sources)},
          {"targets", found.sets.languages},
          {"facts", detail::pair_matrix(pairs, options.sources, &PairOff::facts)},
          {"p_at_1", detail::pair_matrix(pairs, options.sources, &PairOff::p_at_1)},
          {"change", detail::pair_matrix(pairs, options.sources, &PairOff::change)},
          {"control_p_at_1", detail::pair_matrix(pairs, options.sources, &PairOff::control_p_at_1)},
          {"control_change", detail::pair_matrix(pairs, options.sources, &PairOff::control_change)},
          {"own_language", mean(true)},
          {"other_languages", mean(false)},
          {"by_kind", facts_off_by_kind(found)},
          {"options", {{"facts", options.facts}, {"controls", options.controls}, {"seed", options.seed}}},
          {"skipped", skipped_json(found.off->skipped)},
          {"protocol", facts_off_protocol(options)}};
}

}  // namespace neuroglot
