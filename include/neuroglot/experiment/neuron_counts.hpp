/// How many neurons a set has, in each language and layer: as assignments (a neuron of two languages is two) and as
/// unique neurons. (Tang et al. 2024, Table 4 and Fig. 4)
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"

namespace neuroglot {

/// For each layer, how many neurons belong to some language.
inline std::vector<Index> unique_by_layer(const NeuronSet& set) {
  std::vector<Index> unique;
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(set.layers); ++layer) {
    std::set<Index> neurons;
    for (const NeuronsByLayer& language : set.neurons) neurons.insert(language[layer].begin(), language[layer].end());
    unique.push_back(static_cast<Index>(neurons.size()));
  }
  return unique;
}

/// How many of a language's neurons belong to no other one.
inline Index exclusive(const NeuronSet& set, std::size_t language) {
  Index alone = 0;
  for (std::size_t layer = 0; layer < static_cast<std::size_t>(set.layers); ++layer)
    for (const Index neuron : set.neurons[language][layer]) {
      const auto has_it = [&](const NeuronsByLayer& other) {
        return std::binary_search(other[layer].begin(), other[layer].end(), neuron);
      };
      alone += std::count_if(set.neurons.begin(), set.neurons.end(), has_it) == 1 ? 1 : 0;
    }
  return alone;
}

/// Neurons counted once for each language they belong to.
inline Index assignments(const NeuronSet& set) {
  Index sum = 0;
  for (const NeuronsByLayer& language : set.neurons) sum += count(language);
  return sum;
}

/// The counts alone, for files and figures that show several sets.
struct NeuronCounts {
  std::vector<std::string> languages;
  std::vector<std::vector<Index>> by_layer;  ///< [language][layer]
  std::vector<Index> alone;                  ///< [language]: neurons of no other one
  std::vector<Index> unique;                 ///< [layer]: neurons of some language, each once

  Index neurons(std::size_t language) const {
    return std::accumulate(by_layer[language].begin(), by_layer[language].end(), Index{0});
  }
  Index assignments() const {
    Index sum = 0;
    for (std::size_t k = 0; k < languages.size(); ++k) sum += neurons(k);
    return sum;
  }
  Index all_unique() const { return std::accumulate(unique.begin(), unique.end(), Index{0}); }
};

inline NeuronCounts counts_of(const NeuronSet& set) {
  NeuronCounts counts{set.languages, {}, {}, unique_by_layer(set)};
  for (std::size_t k = 0; k < set.languages.size(); ++k) {
    counts.by_layer.emplace_back();
    for (const std::vector<Index>& layer : set.neurons[k])
      counts.by_layer.back().push_back(static_cast<Index>(layer.size()));
    counts.alone.push_back(exclusive(set, k));
  }
  return counts;
}

}  // namespace neuroglot
