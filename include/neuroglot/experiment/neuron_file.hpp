/// neurons.json: chosen neurons on disk. {"languages": {"fr": {"0": [17, 912], ...}, ...}, "method": ..., "provenance":
/// ...}
#pragma once

#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>

#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

/// What decided which neurons were chosen.
inline Provenance options_json(const NeuronSet& set) {
  Provenance options = Provenance::object();
  for (const Parameter& parameter : set.parameters)
    std::visit([&](const auto& value) { options[parameter.name] = value; }, parameter.value);
  return options;
}

/// {"3": [17, 912], ...}, layers without a neuron left out.
inline Provenance layers_json(const NeuronsByLayer& neurons) {
  Provenance layers = Provenance::object();
  for (std::size_t layer = 0; layer < neurons.size(); ++layer)
    if (!neurons[layer].empty()) layers[std::to_string(layer)] = neurons[layer];
  return layers;
}

/// Layers without a chosen neuron are left out, and the bar where the method has none; "options" are the set's
/// parameters. The file is written whole or not at all.
inline void write_neurons(const std::filesystem::path& path, const NeuronSet& set, const Provenance& provenance) {
  Provenance languages = Provenance::object();
  for (std::size_t k = 0; k < set.languages.size(); ++k) languages[set.languages[k]] = layers_json(set.neurons[k]);
  Provenance file = {{"languages", std::move(languages)},
                     {"method", set.method},
                     {"layers", set.layers},
                     {"neurons_per_layer", set.neurons_per_layer},
                     {"selected", set.unique()}};
  if (set.bar) file["bar"] = *set.bar;
  file["options"] = options_json(set);
  file["provenance"] = provenance;
  write_file(path, file.dump() + "\n");
}

struct NeuronFile {
  NeuronSet set;
  Provenance provenance;
};

namespace detail {

template <class Json>
std::vector<Index> neuron_list(const Json& list, Index neurons, const std::string& what) {
  std::vector<Index> result;
  if (!list.is_array()) throw error(what, " is not a list of neurons");
  for (const auto& item : list) {
    if (!item.is_number_integer() || item.template get<std::int64_t>() < 0 ||
        item.template get<std::int64_t>() >= neurons)
      throw error(what, ": ", item.dump(), " is not a neuron of a layer of ", neurons);
    result.push_back(item.template get<Index>());
  }
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) throw error(what, ": a neuron is listed twice");
  return result;
}

template <class Json>
NeuronsByLayer neurons_by_layer(const Json& object, Index layers, Index neurons, const std::string& what) {
  if (!object.is_object()) throw error(what, " is not an object of layers");
  NeuronsByLayer result(static_cast<std::size_t>(layers));
  for (const auto& [key, list] : object.items()) {
    Index layer = -1;
    const auto parsed = std::from_chars(key.data(), key.data() + key.size(), layer);
    if (parsed.ec != std::errc() || parsed.ptr != key.data() + key.size() || layer < 0 || layer >= layers)
      throw error(what, ": \"", key, "\" is not one of ", layers, " layers");
    result[static_cast<std::size_t>(layer)] = neuron_list(list, neurons, what + ", layer " + key);
  }
  return result;
}

/// The set's parameters as the file tells them; what is neither a number nor a text is not one of ours.
inline std::vector<Parameter> read_parameters(const Provenance& options) {
  std::vector<Parameter> parameters;
  for (const auto& [name, value] : options.items()) {
    if (value.is_number_integer()) parameters.push_back({name, value.get<std::int64_t>()});
    if (value.is_number_float()) parameters.push_back({name, value.get<double>()});
    if (value.is_string()) parameters.push_back({name, value.get<std::string>()});
  }
  return parameters;
}

}  // namespace detail

/// Reads neurons for a model of so many layers and neurons a layer. Throws Error for anything that is not such a file,
/// and for neurons that the model does not have.
inline NeuronFile read_neurons(const std::filesystem::path& path, Index layers, Index neurons_per_layer) {
  read_json(path);  // strict: duplicate keys are refused; the order of the languages is kept by the second reading
  const MappedFile mapped(path);
  const Provenance file =
      Provenance::parse(reinterpret_cast<const char*>(mapped.bytes().data()),
                        reinterpret_cast<const char*>(mapped.bytes().data()) + mapped.bytes().size());
  if (!file.is_object() || !file.contains("languages") || !file["languages"].is_object() || file["languages"].empty())
    throw error(path.string(), ": holds no \"languages\" with their neurons: not written by ng-select?");
  for (const auto& [field, own] : {std::pair("layers", layers), std::pair("neurons_per_layer", neurons_per_layer)})
    if (file.contains(field) && file[field] != own)
      throw error(path.string(), ": \"", field, "\" is ", file[field].dump(), ", the model has ", own,
                  ": chosen for another model?");
  NeuronFile result;
  result.set.layers = layers;
  result.set.neurons_per_layer = neurons_per_layer;
  if (file.contains("method") && file["method"].is_string()) result.set.method = file["method"].get<std::string>();
  if (file.contains("bar") && file["bar"].is_number()) result.set.bar = file["bar"].get<double>();
  if (file.contains("options") && file["options"].is_object())
    result.set.parameters = detail::read_parameters(file["options"]);
  if (file.contains("provenance")) result.provenance = file["provenance"];
  for (const auto& [language, neurons] : file["languages"].items()) {
    result.set.languages.push_back(language);
    result.set.neurons.push_back(detail::neurons_by_layer(neurons, layers, neurons_per_layer,
                                                          path.string() + ": language \"" + language + "\""));
  }
  return result;
}

}  // namespace neuroglot
