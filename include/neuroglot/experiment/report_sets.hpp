/// The sets of neurons that a perplexity.json compares, as a report reads them: how each was chosen, how many neurons
/// it has. (Tang et al. 2024, Table 4 and Fig. 4 for several methods)
#pragma once

#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

struct SetDescription {
  std::string label;
  std::string method;
  std::optional<double> rate;  ///< the share of all neurons that was asked for
  NeuronCounts counts;
  Index neurons_per_layer = 0;

  Index all_neurons() const { return static_cast<Index>(counts.unique.size()) * neurons_per_layer; }
};

namespace detail {

inline NeuronCounts set_counts(const Field& set) {
  NeuronCounts counts;
  const Field unique = member(set, "unique");
  if (!unique.value.is_array() || unique.value.empty()) throw unique.is_not("an array of counts");
  counts.unique = whole_numbers(unique, unique.value.size(), "layer");
  const Field neurons = object(member(set, "neurons")), alone = object(member(set, "this_language_alone"));
  for (const auto& [language, by_layer] : neurons.value.items()) {
    counts.languages.push_back(language);
    counts.by_layer.push_back(
        whole_numbers({by_layer, neurons.name + "[" + in_quotes(language) + "]"}, counts.unique.size(), "layer"));
    counts.alone.push_back(whole_number(member(alone, language)));
  }
  return counts;
}

}  // namespace detail

/// Throws Error naming the field that is missing or can not be meant.
inline std::vector<SetDescription> set_descriptions(const Field& field) {
  if (!field.value.is_array()) throw field.is_not("an array of sets");
  std::vector<SetDescription> all;
  for (std::size_t i = 0; i < field.value.size(); ++i) {
    const Field set = object(element(field, i));
    SetDescription description{text(member(set, "label")),
                               text(member(set, "method")),
                               {},
                               detail::set_counts(set),
                               whole_number(member(set, "neurons_per_layer"))};
    const Json options = optional_object(set, "options");
    if (const Field of{options, set.name + ": options"}; has(of, "rate")) description.rate = number(member(of, "rate"));
    all.push_back(std::move(description));
  }
  return all;
}

}  // namespace neuroglot::report
