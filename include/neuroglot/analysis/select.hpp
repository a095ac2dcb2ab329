/// From a metric's scores to the neurons of each language: the bar, the ranking, the assignment. (Tang et al. 2024;
/// identify.py)
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// A metric says what counts as a neuron's activity in a language and how specific a neuron is (low = specific to few
/// languages).
template <class M>
concept NeuronMetric = requires(const M metric, const ActivationStatistics& statistics,
                                const LanguagesByLayersByNeurons& activity) {
  { M::name } -> std::convertible_to<std::string_view>;
  { metric.activity(statistics) } -> std::convertible_to<LanguagesByLayersByNeurons>;
  { metric.score(activity) } -> std::convertible_to<LayersByNeurons>;
};

struct SelectionOptions {
  double rate = 0.01;          ///< share of all neurons that is chosen
  double bar_quantile = 0.95;  ///< of all activities, where the bar is
};

namespace detail {

/// Python's round(): to the nearest whole number, halves to the even one.
inline std::size_t rounded(double x) {
  return static_cast<std::size_t>(std::nearbyint(x));
}

/// The round(quantile * n)-th smallest of all n activities, counted from 1.
inline double bar_of(const LanguagesByLayersByNeurons& activity, double quantile) {
  std::vector<double> all(activity.begin(), activity.end());
  const std::size_t rank = std::clamp<std::size_t>(rounded(quantile * static_cast<double>(all.size())), 1, all.size());
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(all.begin(), at, all.end());
  return *at;
}

/// A neuron that no language lifts above the bar is as unspecific as can be; otherwise dead neurons would look the most
/// specific.
inline void put_last_below_bar(const LanguagesByLayersByNeurons& activity, double bar, LayersByNeurons& score) {
  for (std::size_t layer = 0; layer < score.shape(0); ++layer)
    for (std::size_t neuron = 0; neuron < score.shape(1); ++neuron) {
      bool above = false;
      for (std::size_t k = 0; k < activity.shape(0); ++k) above = above || activity(k, layer, neuron) > bar;
      if (!above) score(layer, neuron) = std::numeric_limits<double>::infinity();
    }
}

struct Ranked {
  double score;
  std::size_t layer;
  std::size_t neuron;

  bool operator<(const Ranked& other) const {
    return std::tie(score, layer, neuron) < std::tie(other.score, other.layer, other.neuron);
  }
};

/// The `wanted` neurons of lowest score, ties by layer and neuron; those of infinite score are never chosen.
inline std::vector<Ranked> lowest(const LayersByNeurons& score, std::size_t wanted) {
  std::vector<Ranked> ranked;
  for (std::size_t layer = 0; layer < score.shape(0); ++layer)
    for (std::size_t neuron = 0; neuron < score.shape(1); ++neuron)
      if (score(layer, neuron) < std::numeric_limits<double>::infinity())
        ranked.push_back({score(layer, neuron), layer, neuron});
  const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, ranked.size()));
  std::partial_sort(ranked.begin(), end, ranked.end());
  ranked.erase(end, ranked.end());
  std::sort(ranked.begin(), ranked.end(),
            [](const Ranked& a, const Ranked& b) { return std::tie(a.layer, a.neuron) < std::tie(b.layer, b.neuron); });
  return ranked;
}

inline void check_request(const ActivationStatistics& statistics, const SelectionOptions& options) {
  if (statistics.languages.size() < 2)
    throw error("the statistics hold ", statistics.languages.size(),
                " language: entropy over languages needs at least two, with one it is 0 for every neuron");
  if (!(options.rate > 0 && options.rate <= 1))
    throw usage_error("the rate is ", options.rate, ", not a share above 0 and up to 1");
  if (!(options.bar_quantile > 0 && options.bar_quantile <= 1))
    throw usage_error("the bar's quantile is ", options.bar_quantile, ", not a share above 0 and up to 1");
  check(statistics);
}

}  // namespace detail

/// Usage: `NeuronSet chosen = select<Lape>(statistics, {.rate = 0.01});`. The round(rate * layers * neurons) neurons of
/// lowest score over all layers are chosen; each belongs to every language whose activity is above the bar. Fewer are
/// chosen where fewer have any activity above the bar. Throws Error for fewer than two languages.
template <NeuronMetric Metric>
NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options = {},
                 const Metric& metric = {}) {
  detail::check_request(statistics, options);
  const LanguagesByLayersByNeurons activity = metric.activity(statistics);
  LayersByNeurons score = metric.score(activity);
  NeuronSet chosen{statistics.languages,      {},
                   std::string(Metric::name), statistics.layers(),
                   statistics.neurons(),      detail::bar_of(activity, options.bar_quantile)};
  chosen.neurons.assign(statistics.languages.size(), NeuronsByLayer(score.shape(0)));
  detail::put_last_below_bar(activity, chosen.bar, score);
  for (const detail::Ranked& neuron :
       detail::lowest(score, detail::rounded(options.rate * static_cast<double>(score.size()))))
    for (std::size_t k = 0; k < statistics.languages.size(); ++k)
      if (activity(k, neuron.layer, neuron.neuron) > chosen.bar)
        chosen.neurons[k][neuron.layer].push_back(static_cast<Index>(neuron.neuron));
  return chosen;
}

}  // namespace neuroglot
