/// Rankings of neurons over all layers at once: the lowest scores, the highest scores of a language.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"

namespace neuroglot {

struct RankedNeuron {
  double score;
  std::size_t layer;
  std::size_t neuron;

  bool operator<(const RankedNeuron& other) const {
    return std::tie(score, layer, neuron) < std::tie(other.score, other.layer, other.neuron);
  }
};

namespace detail {

/// The `wanted` first of `ranked`, ties by layer and neuron, brought into the order of layers and neurons.
inline std::vector<RankedNeuron> first_of(std::vector<RankedNeuron> ranked, std::size_t wanted) {
  const auto end = ranked.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, ranked.size()));
  std::nth_element(ranked.begin(), end, ranked.end());
  ranked.erase(end, ranked.end());
  std::sort(ranked.begin(), ranked.end(), [](const RankedNeuron& a, const RankedNeuron& b) {
    return std::tie(a.layer, a.neuron) < std::tie(b.layer, b.neuron);
  });
  return ranked;
}

}  // namespace detail

/// The `wanted` neurons of lowest score; those whose score is infinite or NaN are never chosen.
inline std::vector<RankedNeuron> lowest(const LayersByNeurons& score, std::size_t wanted) {
  std::vector<RankedNeuron> ranked;
  for (std::size_t layer = 0; layer < score.shape(0); ++layer)
    for (std::size_t neuron = 0; neuron < score.shape(1); ++neuron)
      if (score(layer, neuron) < std::numeric_limits<double>::infinity())
        ranked.push_back({score(layer, neuron), layer, neuron});
  return detail::first_of(std::move(ranked), wanted);
}

/// The `wanted` neurons of highest sign * score in language k, of those where it is above 0.
inline std::vector<RankedNeuron> highest(const LanguagesByLayersByNeurons& score, std::size_t k, std::size_t wanted,
                                         double sign = 1) {
  std::vector<RankedNeuron> ranked;
  for (std::size_t layer = 0; layer < score.shape(1); ++layer)
    for (std::size_t neuron = 0; neuron < score.shape(2); ++neuron)
      if (sign * score(k, layer, neuron) > 0) ranked.push_back({-sign * score(k, layer, neuron), layer, neuron});
  return detail::first_of(std::move(ranked), wanted);
}

}  // namespace neuroglot
