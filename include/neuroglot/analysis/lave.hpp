/// LAVE, language activation value entropy: LAPE over mean activations in place of activation probabilities. (Tang et
/// al. 2024, section 3)
#pragma once

#include <cmath>
#include <string_view>

#include "neuroglot/analysis/lape.hpp"

namespace neuroglot {

/// v[k] = max(0, mean activation in language k); score = entropy of v / sum of v. Shares of negative means are
/// undefined in the source: here a language that holds a neuron below zero does not use it.
struct Lave {
  static constexpr std::string_view name = "lave";

  LanguagesByLayersByNeurons activity(const ActivationStatistics& statistics) const {
    LanguagesByLayersByNeurons value = mean_activation(statistics);
    for (double& mean : value) mean = mean > 0 ? mean : 0;
    return value;
  }

  LayersByNeurons score(const LanguagesByLayersByNeurons& value) const { return entropy_over_languages(value); }
};

/// The same with v[k] = |mean activation in language k|: a language uses what it pushes far from zero either way.
struct LaveAbsolute {
  static constexpr std::string_view name = "lave-absolute";

  LanguagesByLayersByNeurons activity(const ActivationStatistics& statistics) const {
    LanguagesByLayersByNeurons value = mean_activation(statistics);
    for (double& mean : value) mean = std::abs(mean);
    return value;
  }

  LayersByNeurons score(const LanguagesByLayersByNeurons& value) const { return entropy_over_languages(value); }
};

}  // namespace neuroglot
