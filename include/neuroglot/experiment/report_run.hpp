/// What a run folder holds, as far as a report shows it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/report_fact_neurons.hpp"
#include "neuroglot/experiment/facts/report_factors.hpp"
#include "neuroglot/experiment/facts/report_probe.hpp"
#include "neuroglot/experiment/facts/report_roots.hpp"
#include "neuroglot/experiment/facts/report_sharing.hpp"
#include "neuroglot/experiment/judging/report_judgement.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/report_activation.hpp"
#include "neuroglot/experiment/report_panels.hpp"
#include "neuroglot/experiment/report_perplexity.hpp"
#include "neuroglot/experiment/report_rate_curves.hpp"
#include "neuroglot/experiment/report_selection.hpp"
#include "neuroglot/experiment/report_similarity.hpp"

namespace neuroglot::report {

struct Run {
  std::filesystem::path folder;
  std::optional<Activations> activations;    ///< stats.safetensors
  std::optional<Selection> selection;        ///< neurons.json
  std::optional<Perplexities> perplexities;  ///< perplexity.json
  std::optional<Similarity> similarity;      ///< similarity.json
  std::optional<Rates> rates;  ///< perplexity_rates.json, perplexity_rates_all.json, or perplexity.json of that kind
  std::optional<RateCurves> rate_curves;           ///< the same files, where all languages are off in turn
  std::optional<Judgement> judgement;              ///< judgement.json
  std::vector<ProbeSection> probes;                ///< probe.json, probe_*.json
  std::optional<FactorsSection> factors;           ///< factors.json
  std::optional<SharingSection> sharing;           ///< sharing.json
  std::optional<FactNeuronsSection> fact_neurons;  ///< fact_neurons.json
  std::optional<RootsSection> roots;               ///< roots.json
  std::vector<std::string> languages;  ///< of all of them, in the order in which they were measured or recorded
};

namespace detail {

inline void add_languages(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& language : more)
    if (std::find(all.begin(), all.end(), language) == all.end()) all.push_back(language);
}

/// In a file of its own order (JSON objects have none), languages come as the other files list them.
inline void put_in_order(NeuronSet& set, const std::vector<std::string>& languages) {
  NeuronSet ordered = set;
  ordered.languages.clear();
  ordered.neurons.clear();
  for (const std::string& language : languages) {
    const auto found = std::find(set.languages.begin(), set.languages.end(), language);
    if (found == set.languages.end()) continue;
    ordered.languages.push_back(language);
    ordered.neurons.push_back(set.neurons[static_cast<std::size_t>(found - set.languages.begin())]);
  }
  set = std::move(ordered);
}

inline void check_one_model(const Run& run) {
  if (run.similarity && run.selection && run.selection->neurons.layers != static_cast<Index>(run.similarity->blocks()))
    throw error(run.folder.string(), ": neurons.json speaks of ", run.selection->neurons.layers,
                " layers, similarity.json of ", run.similarity->blocks(), ": the files are not from one run");
  if (!run.activations || !run.selection) return;
  const NeuronSet& chosen = run.selection->neurons;
  if (run.activations->layers != chosen.layers || run.activations->neurons_per_layer != chosen.neurons_per_layer)
    throw error(run.folder.string(), ": neurons.json speaks of ", chosen.layers, " layers of ",
                chosen.neurons_per_layer, " neurons, stats.safetensors of ", run.activations->layers, " of ",
                run.activations->neurons_per_layer, ": the files are not from one run");
}

inline void read_rates(const std::filesystem::path& path, Run& run) {
  const Perplexities all = read_perplexities(path);
  std::optional<Rates> rates = rates_of(all);
  std::optional<RateCurves> curves = rates ? std::nullopt : rate_curves_of(all);
  if (!rates && !curves)
    throw error(path.string(),
                ": is not of one method at several rates, with one language off or, at three rates or more, all: made "
                "by ng-perplexity --stats --rates?");
  if (rates) run.rates = std::move(rates);
  if (curves) run.rate_curves = std::move(curves);
}

/// What the programs on facts left in the folder.
inline void read_facts_of_run(Run& run) {
  std::error_code failure;
  const auto is_there = [&](const char* name) { return std::filesystem::exists(run.folder / name, failure); };
  run.probes = read_probes(run.folder);
  if (is_there("factors.json")) run.factors = read_factors(run.folder / "factors.json");
  if (is_there("sharing.json")) run.sharing = read_sharing(run.folder / "sharing.json");
  if (is_there("fact_neurons.json")) run.fact_neurons = read_fact_neurons(run.folder / "fact_neurons.json");
  if (is_there("roots.json")) run.roots = read_roots(run.folder / "roots.json");
}

inline void add_languages_of_facts(Run& run) {
  for (const ProbeSection& probe : run.probes)
    for (const ProbedScores& of : probe.languages) add_languages(run.languages, {of.language});
  if (run.factors) add_languages(run.languages, run.factors->languages);
  if (run.sharing) add_languages(run.languages, run.sharing->languages);
  if (run.fact_neurons) add_languages(run.languages, run.fact_neurons->languages);
  if (run.roots) add_languages(run.languages, run.roots->names());
}

}  // namespace detail

/// Reads what is there. Throws Error where none of the files is, where one is broken (naming file and field), and where
/// two are of different models.
inline Run read_run(const std::filesystem::path& folder) {
  std::error_code failure;
  if (!std::filesystem::is_directory(folder, failure)) throw error(folder.string(), ": is not a folder");
  const auto is_there = [&](const char* name) { return std::filesystem::exists(folder / name, failure); };
  Run run;
  run.folder = folder;
  if (is_there("stats.safetensors")) run.activations = read_activations(folder / "stats.safetensors");
  if (is_there("neurons.json")) run.selection = read_selection(folder / "neurons.json");
  if (is_there("perplexity.json")) run.perplexities = read_perplexities(folder / "perplexity.json");
  if (is_there("similarity.json")) run.similarity = read_similarity(folder / "similarity.json");
  detail::read_facts_of_run(run);
  if (is_there("judgement.json")) run.judgement = read_judgement(folder / "judgement.json");
  if (run.perplexities) run.rates = rates_of(*run.perplexities);
  if (run.perplexities && !run.rates) run.rate_curves = rate_curves_of(*run.perplexities);
  if (run.rates || run.rate_curves) run.perplexities.reset();
  for (const char* const file : {"perplexity_rates.json", "perplexity_rates_all.json"})
    if (is_there(file)) detail::read_rates(folder / file, run);
  if (!run.activations && !run.selection && !run.perplexities && !run.rates && !run.rate_curves && !run.similarity &&
      !run.judgement && run.probes.empty() && !run.factors && !run.sharing && !run.fact_neurons && !run.roots)
    throw error(
        folder.string(),
        ": holds nothing to report: neither stats.safetensors (ng-record makes it) nor neurons.json (ng-select) "
        "nor perplexity.json (ng-perplexity) nor similarity.json (ng-similarity) nor judgement.json (ng-judge) "
        "nor probe.json (ng-probe) nor factors.json (ng-factors) nor sharing.json (ng-sharing) nor fact_neurons.json "
        "(ng-fact-neurons) nor roots.json (ng-roots)");
  if (run.perplexities) detail::add_languages(run.languages, run.perplexities->columns);
  if (run.rates) detail::add_languages(run.languages, run.rates->panels.front().ppl.columns);
  if (run.rate_curves) detail::add_languages(run.languages, run.rate_curves->first.columns);
  if (run.activations) detail::add_languages(run.languages, run.activations->languages);
  if (run.similarity) detail::add_languages(run.languages, run.similarity->measured.languages);
  detail::add_languages_of_facts(run);
  if (run.judgement) detail::add_languages(run.languages, run.judgement->languages);
  if (run.selection) {
    detail::add_languages(run.languages, run.selection->neurons.languages);
    detail::put_in_order(run.selection->neurons, run.languages);
  }
  detail::check_one_model(run);
  if (run.similarity && run.selection && !run.similarity->neurons)
    run.similarity->neurons = unique_by_layer(run.selection->neurons);
  return run;
}

}  // namespace neuroglot::report
