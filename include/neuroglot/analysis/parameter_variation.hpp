/// PV, parameter variation: which neurons' weights stay where they are when a model is tuned on one language. (Tang et
/// al. 2024, section 3, after Zhang et al. 2024)
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// The rate of change of a neuron's weights w by tuning on language k, from read_rates_of_change (experiment/):
///     r[k] = sum |w tuned on k - w| / sum |w|,
/// the sums over its row of the gate and of the up projection and its column of the down projection. "Low rate of
/// change in few languages" is specific: the activity is 1 / r[k], then LAPE's selection, so that a neuron's entropy is
/// low where few languages leave it nearly unchanged, and the bar is the 5th percentile of r. A rate of 0 counts as
/// 1e-300.
struct ParameterVariation {
  static constexpr std::string_view name = "pv";
  /// In the order of the statistics' languages; they may be large and are not copied, so keep them while it is used.
  const LanguagesByLayersByNeurons& rates;

  /// Throws Error where the rates are not of the model and the languages of the statistics.
  LanguagesByLayersByNeurons activity(const ActivationStatistics& statistics) const {
    require_rates_of(statistics, rates);
    LanguagesByLayersByNeurons steadiness = rates;
    for (double& rate : steadiness) rate = 1 / std::max(rate, 1e-300);
    return steadiness;
  }

  LayersByNeurons score(const LanguagesByLayersByNeurons& steadiness) const {
    return entropy_over_languages(steadiness);
  }

  static void require_rates_of(const ActivationStatistics& statistics, const LanguagesByLayersByNeurons& rates) {
    if (!std::equal(rates.shape().begin(), rates.shape().end(), statistics.count.shape().begin()))
      throw error("the rates of change are of ", rates.shape(0), " languages, ", rates.shape(1), " layers of ",
                  rates.shape(2), " neurons, the statistics of ", statistics.languages.size(), ", ",
                  statistics.layers(), ", ", statistics.neurons());
  }
};

/// The opposite reading: the rate itself is the activity, so that neurons which few languages change much are specific.
struct ParameterVariationHigh {
  static constexpr std::string_view name = "pv-high";
  const LanguagesByLayersByNeurons& rates;  ///< kept by the caller, as above

  LanguagesByLayersByNeurons activity(const ActivationStatistics& statistics) const {
    ParameterVariation::require_rates_of(statistics, rates);
    return rates;
  }

  LayersByNeurons score(const LanguagesByLayersByNeurons& rate) const { return entropy_over_languages(rate); }
};

}  // namespace neuroglot
