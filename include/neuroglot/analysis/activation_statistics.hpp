/// What a recording keeps: for each language, layer and neuron how often it was active, the sum of its values and of
/// their squares.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Arrays over (layers, neurons), and over (languages, layers, neurons).
using LayersByNeurons = xt::xtensor<double, 2>;
using LanguagesByLayersByNeurons = xt::xtensor<double, 3>;

struct ActivationStatistics {
  std::vector<std::string> languages;
  xt::xtensor<std::int64_t, 3> count;  ///< (languages, layers, neurons): positions with activation > 0
  LanguagesByLayersByNeurons sum;      ///< of all activations, negative ones included
  LanguagesByLayersByNeurons sum_of_squares;
  std::vector<std::int64_t> tokens;  ///< (languages): positions that were recorded

  ActivationStatistics() = default;
  ActivationStatistics(std::vector<std::string> of_languages, Index layers, Index neurons)
      : languages(std::move(of_languages)),
        count(shape(layers, neurons), 0),
        sum(shape(layers, neurons), 0),
        sum_of_squares(shape(layers, neurons), 0),
        tokens(languages.size(), 0) {}

  Index layers() const { return static_cast<Index>(count.shape(1)); }
  Index neurons() const { return static_cast<Index>(count.shape(2)); }

 private:
  std::array<std::size_t, 3> shape(Index layers, Index neurons) const {
    return {languages.size(), static_cast<std::size_t>(layers), static_cast<std::size_t>(neurons)};
  }
};

/// Throws Error where a language has no token, or a neuron was active more often than there were positions.
inline void check(const ActivationStatistics& statistics) {
  for (std::size_t k = 0; k < statistics.languages.size(); ++k) {
    if (statistics.tokens[k] <= 0) throw error("the statistics of ", statistics.languages[k], " hold no token");
    for (std::size_t layer = 0; layer < statistics.count.shape(1); ++layer)
      for (std::size_t neuron = 0; neuron < statistics.count.shape(2); ++neuron)
        if (statistics.count(k, layer, neuron) < 0 || statistics.count(k, layer, neuron) > statistics.tokens[k])
          throw error("the statistics say that neuron ", neuron, " of layer ", layer, " was active ",
                      statistics.count(k, layer, neuron), " times in ", statistics.tokens[k], " tokens of ",
                      statistics.languages[k]);
  }
}

/// p[k, layer, neuron] = count / tokens: how probable it is that the neuron is active in language k.
inline LanguagesByLayersByNeurons activation_probability(const ActivationStatistics& statistics) {
  LanguagesByLayersByNeurons p = xt::cast<double>(statistics.count);
  for (std::size_t k = 0; k < statistics.languages.size(); ++k)
    xt::view(p, k, xt::all(), xt::all()) /= static_cast<double>(statistics.tokens[k]);
  return p;
}

/// mean[k, layer, neuron] = sum / tokens: the neuron's mean activation in language k, which may be negative.
inline LanguagesByLayersByNeurons mean_activation(const ActivationStatistics& statistics) {
  LanguagesByLayersByNeurons mean = statistics.sum;
  for (std::size_t k = 0; k < statistics.languages.size(); ++k)
    xt::view(mean, k, xt::all(), xt::all()) /= static_cast<double>(statistics.tokens[k]);
  return mean;
}

}  // namespace neuroglot
