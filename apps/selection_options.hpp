/// How neurons are chosen from activation statistics: the options and the table of methods that programs share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "command_line.hpp"
#include "neuroglot/analysis/average_precision.hpp"
#include "neuroglot/analysis/difference_of_means.hpp"
#include "neuroglot/analysis/entropy_max.hpp"
#include "neuroglot/analysis/lap.hpp"
#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/analysis/lave.hpp"
#include "neuroglot/analysis/parameter_variation.hpp"
#include "neuroglot/analysis/random_selection.hpp"
#include "neuroglot/analysis/select.hpp"
#include "neuroglot/analysis/sparse_probe.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/rates_of_change.hpp"
#include "neuroglot/experiment/samples/samples_file.hpp"

// A policy of your own, with nothing in this file changed: compile it with -DNEUROGLOT_OWN_POLICY='"my_policy.hpp"', a
// header that defines `struct OwnPolicy`. (docs/metric.md)
#ifdef NEUROGLOT_OWN_POLICY
#include NEUROGLOT_OWN_POLICY
#endif

namespace ng {

#ifdef NEUROGLOT_OWN_POLICY
using OwnPolicies = std::tuple<OwnPolicy>;
#else
using OwnPolicies = std::tuple<>;
#endif

/// The method and its own settings; how many neurons, and the seed, are for the program to ask.
inline void add_method_options(CommandLine& line) {
  line.add()("method", po::value<std::string>()->default_value("lape"),
             "lape: entropy of activation probabilities; lap: probability above --threshold; lap-percentile: above the "
             "bar; lave, lave-absolute: entropy of mean activations, negative ones as 0 or by their size; pv, pv-high: "
             "entropy of how little or how much tuning on each language changes a neuron's weights (--base, --tuned); "
             "random: as many as --like; ap, ap-both: average precision, highest or both ends; diffmean: difference of "
             "means; entropy-max: entropy minus --lambda times the largest probability; probe: sparse logistic "
             "regression over --samples");
  line.add()("bar-quantile", po::value<double>()->default_value(0.95),
             "of all activities over languages and neurons: the bar");
  line.add()("threshold", po::value<double>()->default_value(neuroglot::Lap{}.threshold), "lap: a probability");
  line.add()("lambda", po::value<double>()->default_value(neuroglot::EntropyMax{}.lambda), "entropy-max: a weight");
  line.add()(
      "per-language", po::value<neuroglot::Index>()->default_value(0),
      "ap, ap-both, diffmean: neurons of each language; 0: the rate's share, divided evenly among the languages");
  line.add()("base", po::value<std::string>(), "pv, pv-high: the MODEL before tuning");
  line.add()("tuned", po::value<std::vector<std::string>>()->multitoken(),
             "pv, pv-high: LANG=MODEL for each language of STATS, tuned on that language alone");
  line.add()("samples", po::value<std::string>(), "probe: samples.safetensors of the same run of ng-record");
  line.add()("feature", po::value<std::string>()->default_value("mean"),
             "probe: mean (activation of a sample) or active (its share of positive ones)");
  line.add()("l1-ratio", po::value<double>()->default_value(0.5), "probe: share of L1 in the penalty; 1: the lasso");
}

/// The folders of --tuned in the order of the languages. Throws UsageError where one is missing, unknown or given
/// twice.
inline std::vector<std::filesystem::path> tuned_folders(const CommandLine& line,
                                                        const std::vector<std::string>& languages) {
  if (!line.has("base") || !line.has("tuned"))
    throw neuroglot::usage_error("--method ", line.text("method"),
                                 ": --base MODEL and --tuned LANG=MODEL ... are needed");
  std::map<std::string, std::filesystem::path> folders;
  for (const std::string& argument : line.get<std::vector<std::string>>("tuned")) {
    const std::size_t equals = argument.find('=');
    const std::string language = argument.substr(0, equals);
    if (equals == std::string::npos || std::find(languages.begin(), languages.end(), language) == languages.end())
      throw neuroglot::usage_error("--tuned ", argument, ": is not LANG=MODEL with a language of the statistics");
    if (!folders.emplace(language, neuroglot::model_folder(argument.substr(equals + 1))).second)
      throw neuroglot::usage_error("--tuned ", argument, ": ", language, " is given twice");
  }
  std::vector<std::filesystem::path> ordered;
  for (const std::string& language : languages) {
    if (!folders.contains(language)) throw neuroglot::usage_error("--tuned ", language, "=MODEL is missing");
    ordered.push_back(folders[language]);
  }
  return ordered;
}

/// What the pv methods compare; nothing is read for the others.
inline neuroglot::LanguagesByLayersByNeurons rates_of_change(const CommandLine& line,
                                                             const std::vector<std::string>& languages,
                                                             neuroglot::Provenance& provenance) {
  using namespace neuroglot;
  if (line.text("method") != ParameterVariation::name && line.text("method") != ParameterVariationHigh::name) return {};
  const auto source = [](const std::filesystem::path& folder) -> Provenance {
    return {{"folder", std::filesystem::weakly_canonical(folder).string()}, {"weights", Checkpoint(folder).hash()}};
  };
  const std::vector<std::filesystem::path> tuned = tuned_folders(line, languages);
  const std::filesystem::path base = model_folder(line.text("base"));
  LanguagesByLayersByNeurons rates = read_rates_of_change(base, tuned);
  provenance["base"] = source(base);
  for (std::size_t k = 0; k < tuned.size(); ++k) provenance["tuned"][languages[k]] = source(tuned[k]);
  return rates;
}

inline neuroglot::RandomSelection random_selection(const CommandLine& line,
                                                   const neuroglot::ActivationStatistics& statistics,
                                                   neuroglot::Provenance& provenance) {
  using namespace neuroglot;
  RandomSelection random{line.get<std::uint64_t>("seed"), {}};
  if (line.text("method") != RandomSelection::name || !line.has("like")) return random;
  const NeuronFile like = read_neurons(line.text("like"), statistics.layers(), statistics.neurons());
  random.like = like.set;
  provenance["like"] = {{"file", line.text("like")}, {"provenance", like.provenance}};
  return random;
}

/// What the probe learns from; nothing is read for other methods.
inline neuroglot::ActivationSamples samples(const CommandLine& line, neuroglot::Provenance& provenance) {
  using namespace neuroglot;
  if (line.text("method") != SparseProbe::name) return {};
  if (!line.has("samples"))
    throw usage_error("--method probe: --samples samples.safetensors is needed, which ng-record --samples writes");
  const std::string feature = line.text("feature");
  if (feature != "mean" && feature != "active") throw usage_error("--feature ", feature, ": is mean or active");
  SamplesFile file = read_samples(line.text("samples"), feature);
  provenance["samples"] = {{"file", line.text("samples")}, {"provenance", std::move(file.provenance)}};
  return std::move(file.samples);
}

/// The table of methods: a policy a name. The share `rate` of all neurons is selected.
inline neuroglot::NeuronSet select_neurons(const CommandLine& line, const neuroglot::ActivationStatistics& statistics,
                                           double rate, neuroglot::Provenance& provenance) {
  using namespace neuroglot;
  const std::string method = line.text("method");
  const SelectionOptions options{rate, line.get<double>("bar-quantile"), line.get<Index>("per-language")};
  const LanguagesByLayersByNeurons rates = rates_of_change(line, statistics.languages, provenance);
  const RandomSelection random = random_selection(line, statistics, provenance);
  const ActivationSamples probed = samples(line, provenance);
  const auto select = [&](const auto&... own) {
    return select_by(
        method, statistics, options, Lape{}, Lap{line.get<double>("threshold")}, LapPercentile{}, Lave{},
        LaveAbsolute{}, ParameterVariation{rates}, ParameterVariationHigh{rates}, random, AveragePrecision{},
        AveragePrecisionBothEnds{}, DifferenceOfMeans{}, EntropyMax{line.get<double>("lambda")},
        SparseProbe{.samples = probed, .l1_ratio = line.get<double>("l1-ratio"), .feature = line.text("feature")},
        own...);
  };
  return std::apply(select, OwnPolicies{});
}

}  // namespace ng
