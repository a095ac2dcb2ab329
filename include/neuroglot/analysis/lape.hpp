/// LAPE, language activation probability entropy. (Tang et al. 2024, section 2; identify.py of their released code)
#pragma once

#include <cmath>
#include <string_view>

#include "neuroglot/analysis/activation_statistics.hpp"

namespace neuroglot {

/// Entropy in nats of the shares that languages have in a neuron's activity: with q[k] = activity[k] / sum of
/// activities, -sum over k of q[k] ln q[k]. 0 ln 0 is 0, and so is 0 / 0 (a neuron that is active in no language).
inline LayersByNeurons entropy_over_languages(const LanguagesByLayersByNeurons& activity) {
  LayersByNeurons entropy(std::array<std::size_t, 2>{activity.shape(1), activity.shape(2)}, 0);
  for (std::size_t layer = 0; layer < activity.shape(1); ++layer)
    for (std::size_t neuron = 0; neuron < activity.shape(2); ++neuron) {
      double total = 0;
      for (std::size_t k = 0; k < activity.shape(0); ++k) total += activity(k, layer, neuron);
      if (total == 0) continue;
      for (std::size_t k = 0; k < activity.shape(0); ++k) {
        const double share = activity(k, layer, neuron) / total;
        if (share > 0) entropy(layer, neuron) -= share * std::log(share);
      }
    }
  return entropy;
}

/// Low for neurons that few languages activate.
struct Lape {
  static constexpr std::string_view name = "lape";

  /// What decides which languages a neuron belongs to: its activation probability in each.
  LanguagesByLayersByNeurons activity(const ActivationStatistics& statistics) const {
    return activation_probability(statistics);
  }

  LayersByNeurons score(const LanguagesByLayersByNeurons& probability) const {
    return entropy_over_languages(probability);
  }
};

}  // namespace neuroglot
