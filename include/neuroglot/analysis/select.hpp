/// From statistics to the neurons of each language: select<Policy>(statistics), whatever kind of policy it is.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/analysis/bar.hpp"
#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/analysis/ranking.hpp"
#include "neuroglot/analysis/selection_options.hpp"

namespace neuroglot {

/// A metric says what counts as a neuron's activity in a language and how specific a neuron is (low = specific to few
/// languages). (Lape, Lave, EntropyMax, ParameterVariation)
template <class M>
concept NeuronMetric = requires(const M metric, const ActivationStatistics& statistics,
                                const LanguagesByLayersByNeurons& activity) {
  { M::name } -> std::convertible_to<std::string_view>;
  { metric.activity(statistics) } -> std::convertible_to<LanguagesByLayersByNeurons>;
  { metric.score(activity) } -> std::convertible_to<LayersByNeurons>;
};

/// A language score says how much a neuron is one language's: the higher the more, 0 and below not at all.
/// (AveragePrecision, DifferenceOfMeans)
template <class S>
concept LanguageScore = requires(const S policy, const ActivationStatistics& statistics) {
  { S::name } -> std::convertible_to<std::string_view>;
  { policy.score(statistics) } -> std::convertible_to<LanguagesByLayersByNeurons>;
};

/// What chooses in a way of its own says which neurons. (Lap, RandomSelection)
template <class S>
concept NeuronSelection = requires(const S policy, const ActivationStatistics& statistics,
                                   const SelectionOptions& options) {
  { S::name } -> std::convertible_to<std::string_view>;
  { policy.select(statistics, options) } -> std::convertible_to<NeuronSet>;
};

namespace detail {

/// The selection's parameters before the policy's own.
template <class Policy>
std::vector<Parameter> with_parameters_of(const Policy& policy, std::vector<Parameter> parameters) {
  for (Parameter& own : parameters_of(policy)) parameters.push_back(std::move(own));
  return parameters;
}

/// --per-language, or the rate's share of all neurons divided evenly among the languages.
inline std::size_t wanted_per_language(const ActivationStatistics& statistics, const SelectionOptions& options) {
  if (options.per_language > 0) return static_cast<std::size_t>(options.per_language);
  const auto neurons = static_cast<double>(statistics.layers() * statistics.neurons());
  return rounded(options.rate * neurons / static_cast<double>(statistics.languages.size()));
}

}  // namespace detail

/// Usage: `NeuronSet chosen = select<Lape>(statistics, {.rate = 0.01});`. The round(rate * layers * neurons) neurons of
/// lowest score over all layers are chosen; each belongs to every language whose activity is above the bar. Fewer are
/// chosen where fewer have any activity above the bar. Throws Error for fewer than two languages. (Tang et al. 2024;
/// identify.py)
template <NeuronMetric Metric>
NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options = {},
                 const Metric& metric = {}) {
  detail::check_request(statistics, options);
  const LanguagesByLayersByNeurons activity = metric.activity(statistics);
  LayersByNeurons score = metric.score(activity);
  NeuronSet chosen =
      empty_set(statistics, Metric::name,
                detail::with_parameters_of(metric, {{"rate", options.rate}, {"bar_quantile", options.bar_quantile}}));
  chosen.bar = bar_of(activity, options.bar_quantile);
  detail::put_last_below_bar(activity, *chosen.bar, score);
  for (const RankedNeuron& neuron : lowest(score, detail::rounded(options.rate * static_cast<double>(score.size()))))
    for (std::size_t k = 0; k < statistics.languages.size(); ++k)
      if (activity(k, neuron.layer, neuron.neuron) > *chosen.bar)
        chosen.neurons[k][neuron.layer].push_back(static_cast<Index>(neuron.neuron));
  return chosen;
}

/// Each language gets the per_language neurons, or round(rate * layers * neurons / languages), of its highest scores
/// over all layers; fewer where fewer are above 0. Throws Error for fewer than two languages.
template <LanguageScore Score>
NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options = {},
                 const Score& policy = {}) {
  detail::check_request(statistics, options);
  const LanguagesByLayersByNeurons score = policy.score(statistics);
  const std::size_t wanted = detail::wanted_per_language(statistics, options);
  NeuronSet chosen = empty_set(
      statistics, Score::name,
      detail::with_parameters_of(policy, {{"rate", options.rate}, {"per_language", static_cast<Index>(wanted)}}));
  for (std::size_t k = 0; k < statistics.languages.size(); ++k)
    for (const RankedNeuron& neuron : highest(score, k, wanted))
      chosen.neurons[k][neuron.layer].push_back(static_cast<Index>(neuron.neuron));
  return chosen;
}

template <NeuronSelection Selection>
NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options = {},
                 const Selection& policy = {}) {
  detail::check_options(options);
  check(statistics);
  return policy.select(statistics, options);
}

/// The one concept behind them: a method of finding language-specific neurons is whatever select() takes.
template <class P>
concept SelectionPolicy = requires(const P policy, const ActivationStatistics& statistics,
                                   const SelectionOptions& options) {
  { select<P>(statistics, options, policy) } -> std::same_as<NeuronSet>;
};

/// Selects by the one of the policies whose name is `method`. Throws UsageError naming those there are.
template <SelectionPolicy... Policies>
NeuronSet select_by(std::string_view method, const ActivationStatistics& statistics, const SelectionOptions& options,
                    const Policies&... policies) {
  NeuronSet chosen;
  const auto select_if_named = [&](const auto& policy) {
    using Policy = std::remove_cvref_t<decltype(policy)>;
    if (method != Policy::name) return false;
    chosen = select<Policy>(statistics, options, policy);
    return true;
  };
  if ((select_if_named(policies) || ...)) return chosen;
  std::string known;
  ((known += (known.empty() ? "" : ", ") + std::string(Policies::name)), ...);
  throw usage_error("the method ", method, " is not known (known: ", known, ")");
}

}  // namespace neuroglot
