/// LAP, language activation probability: a language owns the neurons that are nearly always active in it. (Tang et al.
/// 2024, section 3)
#pragma once

#include <string_view>
#include <vector>

#include "neuroglot/analysis/bar.hpp"
#include "neuroglot/analysis/selection_options.hpp"

namespace neuroglot {

/// A neuron belongs to every language where p > threshold, p = count / tokens. Nothing is ranked, so the threshold
/// alone decides how many there are. The source says only "exceeds 95%": this is the reading p > 0.95.
struct Lap {
  static constexpr std::string_view name = "lap";
  double threshold = 0.95;

  /// Throws UsageError for a threshold that no probability can be above or all are.
  NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions&) const {
    if (!(threshold >= 0 && threshold < 1))
      throw usage_error("the threshold is ", threshold, ", not a probability from 0 to below 1");
    NeuronSet chosen = empty_set(statistics, name, {{"threshold", threshold}});
    chosen.bar = threshold;
    take_above_bar(activation_probability(statistics), chosen);
    return chosen;
  }
};

/// The other reading of "exceeds 95%": p is above the 95th percentile of all neurons' p in all languages, LAPE's bar.
struct LapPercentile {
  static constexpr std::string_view name = "lap-percentile";

  NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options) const {
    const LanguagesByLayersByNeurons probability = activation_probability(statistics);
    NeuronSet chosen = empty_set(statistics, name, {{"bar_quantile", options.bar_quantile}});
    chosen.bar = bar_of(probability, options.bar_quantile);
    take_above_bar(probability, chosen);
    return chosen;
  }
};

}  // namespace neuroglot
