/// The sets of neurons that a program compares: files of ng-select, or one method at several rates.
#pragma once

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/experiment/switched_off.hpp"
#include "neuroglot/nn/config.hpp"
#include "selection_options.hpp"

namespace ng {

/// --neurons, --stats, --rates, --off, and how a method selects.
inline void add_neuron_set_options(CommandLine& line) {
  line.add()("neurons", po::value<std::vector<std::string>>()->multitoken(),
             "neurons.json of ng-select, one or more: a set of neurons each");
  line.add()("stats", po::value<std::string>(),
             "stats.safetensors of ng-record, to select from by --method at --rates");
  line.add()("rates", po::value<std::string>(), "shares of all neurons, separated by commas: a set of neurons each");
  line.add()("off", po::value<std::string>(),
             "switch off the neurons of this language alone; the random control then has as many in every column");
  add_method_options(line);
}

/// Where the sets come from, as the command line says it.
struct NeuronSetSources {
  std::vector<std::filesystem::path> files;
  std::vector<double> rates;  ///< of sets that are selected from --stats
};

/// Throws UsageError where neither or both ways are asked for, or a rate is no number.
inline NeuronSetSources neuron_set_sources(const CommandLine& line) {
  NeuronSetSources sources;
  if (line.has("neurons") == line.has("stats"))
    throw neuroglot::usage_error(
        "the neurons are missing: either --neurons neurons.json ..., or --stats "
        "stats.safetensors with --rates 0.01,0.02,...");
  if (line.has("neurons")) {
    for (const std::string& file : line.get<std::vector<std::string>>("neurons")) sources.files.emplace_back(file);
    if (line.has("rates")) throw neuroglot::usage_error("--rates: are of neurons selected from --stats, not --neurons");
    return sources;
  }
  if (!line.has("rates")) throw neuroglot::usage_error("--rates is missing: 0.01,0.02,... to select from --stats");
  const std::string rates = line.text("rates");
  for (const char *at = rates.data(), *end = at + rates.size();; ++at) {
    const auto [stop, failure] = std::from_chars(at, end, sources.rates.emplace_back());
    if (failure != std::errc() || (stop != end && *stop != ','))
      throw neuroglot::usage_error("--rates ", rates, ": are not numbers separated by commas");
    if (stop == end) return sources;
    at = stop;
  }
}

/// "lape 1%": the method, and the share of the neurons that it selected where that is one of its parameters.
inline std::string label_of(const neuroglot::NeuronSet& set) {
  for (const neuroglot::Parameter& parameter : set.parameters)
    if (const double* rate = std::get_if<double>(&parameter.value); rate != nullptr && parameter.name == "rate")
      return neuroglot::text_of(set.method, " ", 100 * *rate, "%");
  return set.method.empty() ? "neurons" : set.method;
}

/// The sets with their labels, and their provenance: of one file an object, of several an array.
struct NeuronSets {
  std::vector<neuroglot::LabelledSet> sets;
  neuroglot::Provenance provenance;
};

namespace detail {

inline NeuronSets selected_at(const CommandLine& line, const std::vector<double>& rates,
                              const neuroglot::Config& config) {
  const std::string path = line.text("stats");
  const neuroglot::StatisticsFile file = neuroglot::read_statistics(path);
  if (file.statistics.layers() != config.num_hidden_layers || file.statistics.neurons() != config.neurons())
    throw neuroglot::error(path, ": has ", file.statistics.layers(), " layers of ", file.statistics.neurons(),
                           " neurons, the model ", config.num_hidden_layers, " of ", config.neurons(),
                           ": recorded from another model?");
  NeuronSets result{{}, {{"stats", path}, {"hash", neuroglot::file_hash(path)}, {"recording", file.provenance}}};
  for (const double rate : rates) {
    neuroglot::NeuronSet set = select_neurons(line, file.statistics, rate, result.provenance);
    result.provenance["selected"].push_back({{"method", set.method}, {"options", neuroglot::options_json(set)}});
    result.sets.push_back({label_of(set), std::move(set)});
  }
  return result;
}

}  // namespace detail

/// Throws Error where a file is of another model.
inline NeuronSets neuron_sets(const CommandLine& line, const NeuronSetSources& sources,
                              const neuroglot::Config& config) {
  if (sources.files.empty()) return detail::selected_at(line, sources.rates, config);
  NeuronSets result{{}, neuroglot::Provenance::array()};
  for (const std::filesystem::path& path : sources.files) {
    neuroglot::NeuronFile file = neuroglot::read_neurons(path, config.num_hidden_layers, config.neurons());
    std::string label = label_of(file.set);
    const auto has_it = [&](const neuroglot::LabelledSet& earlier) { return earlier.label == label; };
    if (std::any_of(result.sets.begin(), result.sets.end(), has_it)) label += " (" + path.stem().string() + ")";
    result.sets.push_back({std::move(label), std::move(file.set)});
    result.provenance.push_back(neuroglot::file_provenance(path, std::move(file.provenance)));
  }
  if (result.provenance.size() == 1) result.provenance = neuroglot::Provenance(result.provenance[0]);
  return result;
}

}  // namespace ng
