/// neurons.json as a report reads it: which neurons belong to which language, and how they were chosen.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot::report {

struct Selection {
  NeuronSet neurons;
  std::optional<double> bar;      ///< absent for methods that have none
  std::optional<Index> selected;  ///< as the file says
  Json options;
  Json provenance;
};

namespace detail {

inline std::size_t layer_of(const std::string& key, const Field& language, Index layers) {
  Index layer = -1;
  const char* end = key.data() + key.size();
  const auto read = std::from_chars(key.data(), end, layer);
  if (read.ec != std::errc() || read.ptr != end || layer < 0 || layer >= layers)
    throw error(language.name, ": the layer ", in_quotes(key), " is none of 0 to ", layers - 1);
  return static_cast<std::size_t>(layer);
}

inline std::vector<Index> layer_neurons(const Field& list, Index neurons_per_layer) {
  if (!list.value.is_array()) throw list.is_not("an array of neurons");
  std::vector<Index> neurons;
  for (std::size_t i = 0; i < list.value.size(); ++i) {
    neurons.push_back(whole_number(element(list, i)));
    if (neurons.back() >= neurons_per_layer)
      throw error(list.name, "[", i, "]: there is no neuron ", neurons.back(), " in a layer of ", neurons_per_layer);
  }
  std::sort(neurons.begin(), neurons.end());
  if (const auto twice = std::adjacent_find(neurons.begin(), neurons.end()); twice != neurons.end())
    throw error(list.name, ": the neuron ", *twice, " is given twice");
  return neurons;
}

inline NeuronsByLayer language_neurons(const Field& language, Index layers, Index neurons_per_layer) {
  NeuronsByLayer neurons(static_cast<std::size_t>(layers));
  for (const auto& [key, list] : object(language).value.items()) {
    std::vector<Index>& layer = neurons[layer_of(key, language, layers)];
    if (!layer.empty()) throw error(language.name, ": the layer ", key, " is given twice");
    layer = layer_neurons({list, language.name + "[" + in_quotes(key) + "]"}, neurons_per_layer);
  }
  return neurons;
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline Selection read_selection(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  Selection selection;
  NeuronSet& set = selection.neurons;
  set.method = text(member(all, "method"));
  set.layers = whole_number(member(all, "layers"));
  set.neurons_per_layer = whole_number(member(all, "neurons_per_layer"));
  if (set.layers == 0 || set.neurons_per_layer == 0 || set.layers > 100'000 || set.neurons_per_layer > 1'000'000'000)
    throw error(path.string(), ": layers and neurons_per_layer: no model has ", set.layers, " layers of ",
                set.neurons_per_layer, " neurons");
  const Field languages = object(member(all, "languages"));
  if (languages.value.empty()) throw error(languages.name, ": names no language");
  for (const auto& [name, neurons] : languages.value.items()) {
    if (name.empty()) throw error(languages.name, ": a language has an empty name");
    set.languages.push_back(name);
    set.neurons.push_back(detail::language_neurons({neurons, languages.name + "[" + in_quotes(name) + "]"}, set.layers,
                                                   set.neurons_per_layer));
  }
  if (has(all, "bar")) selection.bar = number(member(all, "bar"));
  if (has(all, "selected")) selection.selected = whole_number(member(all, "selected"));
  selection.options = optional_object(all, "options");
  selection.provenance = optional_object(all, "provenance");
  return selection;
}

/// The neurons of language k; none for a language that the selection does not know.
inline NeuronsByLayer neurons_of(const Selection& selection, const std::string& language) {
  const auto& languages = selection.neurons.languages;
  const auto found = std::find(languages.begin(), languages.end(), language);
  if (found == languages.end()) return NeuronsByLayer(static_cast<std::size_t>(selection.neurons.layers));
  return selection.neurons.neurons[static_cast<std::size_t>(found - languages.begin())];
}

}  // namespace neuroglot::report
