/// The bar: the activity above which a language uses a neuron. (Tang et al. 2024; identify.py)
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/analysis/selection_options.hpp"

namespace neuroglot {

/// The round(quantile * n)-th smallest of all n activities, counted from 1.
inline double bar_of(const LanguagesByLayersByNeurons& activity, double quantile) {
  std::vector<double> all(activity.begin(), activity.end());
  const std::size_t rank =
      std::clamp<std::size_t>(detail::rounded(quantile * static_cast<double>(all.size())), 1, all.size());
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(all.begin(), at, all.end());
  return *at;
}

/// Gives each language the neurons whose activity in it is above set.bar.
inline void take_above_bar(const LanguagesByLayersByNeurons& activity, NeuronSet& set) {
  for (std::size_t k = 0; k < activity.shape(0); ++k)
    for (std::size_t layer = 0; layer < activity.shape(1); ++layer)
      for (std::size_t neuron = 0; neuron < activity.shape(2); ++neuron)
        if (activity(k, layer, neuron) > *set.bar) set.neurons[k][layer].push_back(static_cast<Index>(neuron));
}

namespace detail {

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

}  // namespace detail

}  // namespace neuroglot
