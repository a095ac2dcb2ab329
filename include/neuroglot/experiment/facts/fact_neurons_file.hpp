/// fact_neurons.json: what languages have in common of the neurons of facts.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact_neuron_results.hpp"
#include "neuroglot/experiment/facts/relation_neurons_file.hpp"
#include "neuroglot/experiment/provenance.hpp"

namespace neuroglot {

/// How the neurons were found, in words and numbers.
struct FactNeuronMethod {
  std::string policy, site, grouping;
  Index top = 50;
  NeuronShape shape;
  std::optional<double> shared_above;  ///< one threshold for all pairs of languages; none: that of chance
  double chance_quantile = 0.95;
  KindRule rule;
};

/// The words that stand beside the numbers.
inline std::string fact_neurons_protocol(const FactNeuronMethod& method) {
  return text_of("q(f): ", method.site, " averaged over the masks of the prompt that full match predicts; score by ",
                 method.policy, " within one relation and language; the ", method.top,
                 " neurons of highest score (none of score 0); similarity of two languages: mean over the facts that "
                 "both have of the Jaccard similarity of these sets");
}

inline std::string kind_rule_words(const FactNeuronMethod& method, bool corpora_are_known) {
  const std::string above =
      method.shared_above
          ? text_of("is above ", *method.shared_above)
          : text_of("is above the ", method.chance_quantile,
                    "-quantile of that of different facts (one relation, different objects) in the same two languages");
  const std::string transferred =
      corpora_are_known
          ? "transferred if a language whose corpus lacks it shares it with one whose corpus has it; else "
          : "(whether it is transferred is not told without --absent) ";
  return text_of("two languages share a fact if the Jaccard similarity of its neurons in both ", above, "; a fact is ",
                 transferred, "shared if at least ", method.rule.majority,
                 " of its pairs of languages share it; else independent");
}

namespace detail {

template <class Value>
Provenance optional_json(const std::optional<Value>& value) {
  return value ? Provenance(*value) : Provenance();
}

template <class Value>
Provenance optional_rows(const std::vector<std::vector<std::optional<Value>>>& rows) {
  Provenance all = Provenance::array();
  for (const auto& row : rows) {
    all.push_back(Provenance::array());
    for (const auto& value : row) all.back().push_back(optional_json(value));
  }
  return all;
}

inline Provenance languages_json(const FactNeuronResults& found) {
  Provenance languages = Provenance::array();
  for (std::size_t i = 0; i < found.scores.size(); ++i) {
    const LanguageScore& of = found.scores[i];
    languages.push_back({{"language", of.language}, {"p_at_1", of.p_at_1()}, {"facts", of.facts}, {"hits", of.hits}});
    if (i < found.sets.languages.size()) languages.back()["with_neurons"] = found.facts_with_neurons(i);
  }
  return languages;
}

inline Provenance activity_of_fact(const FactNeuronResults& found, const FactNeuronMethod& method) {
  Provenance languages = Provenance::array();
  for (const FactActivity& activity : found.activities) languages.push_back(activity_json(activity));
  return {{"uuid", found.drawn}, {"grouping", method.grouping}, {"languages", std::move(languages)}};
}

inline Provenance names_of(const std::vector<std::size_t>& languages, const FactNeuronSets& sets) {
  Provenance names = Provenance::array();
  for (const std::size_t k : languages) names.push_back(sets.languages[k]);
  return names;
}

inline Provenance kinds_json(const FactNeuronResults& found, const FactNeuronMethod& method) {
  Provenance facts = Provenance::array(), counts = Provenance::object();
  for (const std::string_view kind : kind_names) counts[std::string(kind)] = 0;
  for (const FactKind& of : found.kinds) {
    const FactIdentity& fact = found.sets.facts[of.fact];
    const std::string kind(name(of.kind));
    counts[kind] = counts[kind].get<std::size_t>() + 1;
    facts.push_back({{"uuid", fact.uuid},
                     {"relation", fact.relation},
                     {"kind", kind},
                     {"languages", names_of(of.languages, found.sets)},
                     {"overlap", of.overlap},
                     {"pairs", of.pairs},
                     {"sharing", of.sharing}});
    if (!of.transferred_to.empty()) facts.back()["transferred_to"] = names_of(of.transferred_to, found.sets);
  }
  return {{"rule", kind_rule_words(method, !found.presence.empty())},
          {"shared_above", optional_rows(found.by_chance)},
          {"counts", std::move(counts)},
          {"facts", std::move(facts)}};
}

}  // namespace detail

inline Provenance fact_neurons_json(const FactNeuronResults& found, const FactNeuronMethod& method,
                                    const Provenance& provenance) {
  const auto& sharing = found.sharing;
  Provenance file{{"languages", detail::languages_json(found)},
                  {"policy", method.policy},
                  {"site", method.site},
                  {"top", method.top},
                  {"layers", method.shape.layers},
                  {"neurons_per_layer", method.shape.neurons_per_layer}};
  file["sharing"] = {{"languages", found.sets.languages},
                     {"similarity", detail::optional_rows(sharing.similarity)},
                     {"facts", sharing.facts},
                     {"mean", detail::optional_json(sharing.mean())},
                     {"mean_with_zero_diagonal", detail::optional_json(sharing.mean_with_zero_diagonal())}};
  file["activity"] = detail::activity_of_fact(found, method);
  file["kinds"] = detail::kinds_json(found, method);
  file["skipped"] = skipped_json(found.skipped);
  file["protocol"] = fact_neurons_protocol(method);
  file["provenance"] = provenance;
  return file;
}

}  // namespace neuroglot
