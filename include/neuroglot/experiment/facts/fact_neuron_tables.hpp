/// What ng-fact-neurons found as tables.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/experiment/facts/fact_neuron_results.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

namespace detail {

inline Cell number_or_empty(const std::optional<double>& value) {
  return value ? Cell(*value) : Cell(std::string());
}

}  // namespace detail

/// A row a compared language: P@1, facts with neurons, mean similarity to the others.
inline Table fact_languages_table(const FactNeuronResults& found) {
  Table table({"language", "p_at_1", "hits", "with_neurons", "similarity"});
  const auto& similarity = found.sharing.similarity;
  for (std::size_t k = 0; k < found.sets.languages.size(); ++k) {
    double sum = 0, pairs = 0;
    for (std::size_t c = 0; c < similarity.size(); ++c)
      if (c != k && similarity[k][c]) {
        sum += *similarity[k][c];
        pairs += 1;
      }
    table.add_row({found.sets.languages[k], found.scores[k].p_at_1(), static_cast<std::int64_t>(found.scores[k].hits),
                   static_cast<std::int64_t>(found.facts_with_neurons(k)),
                   detail::number_or_empty(pairs > 0 ? std::optional(sum / pairs) : std::nullopt)});
  }
  return table;
}

/// A row an unordered pair of languages.
inline Table fact_pairs_table(const FactNeuronResults& found) {
  Table table({"language", "other", "facts", "similarity", "shared_above"});
  for (std::size_t k = 0; k < found.sets.languages.size(); ++k)
    for (std::size_t c = k + 1; c < found.sets.languages.size(); ++c)
      table.add_row(
          {found.sets.languages[k], found.sets.languages[c], static_cast<std::int64_t>(found.sharing.facts[k][c]),
           detail::number_or_empty(found.sharing.similarity[k][c]), detail::number_or_empty(found.by_chance[k][c])});
  return table;
}

/// A row a fact that two languages have.
inline Table fact_kinds_table(const FactNeuronResults& found) {
  Table table({"uuid", "relation", "kind", "languages", "overlap", "pairs", "sharing"});
  for (const FactKind& of : found.kinds) {
    std::string languages;
    for (const std::size_t k : of.languages) languages += (languages.empty() ? "" : " ") + found.sets.languages[k];
    table.add(found.sets.facts[of.fact].uuid, found.sets.facts[of.fact].relation, name(of.kind), languages, of.overlap,
              of.pairs, of.sharing);
  }
  return table;
}

/// A row a pair of source and target with facts that were measured; none without --off.
inline Table facts_off_table(const FactNeuronResults& found) {
  Table table({"source", "target", "facts", "p_at_1", "change", "control_p_at_1", "control_change"});
  if (!found.off) return table;
  const auto pairs = pairs_off(found.off->measured, found.sets.languages.size());
  for (std::size_t k = 0; k < pairs.size(); ++k)
    for (std::size_t c = 0; c < pairs.size(); ++c)
      if (const PairOff& pair = pairs[k][c]; pair.facts > 0)
        table.add(found.sets.languages[k], found.sets.languages[c], pair.facts, pair.p_at_1, pair.change,
                  pair.control_p_at_1, pair.control_change);
  return table;
}

}  // namespace neuroglot
