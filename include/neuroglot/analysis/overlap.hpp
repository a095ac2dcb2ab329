/// Two choices of neurons against each other: what they share, and what one has that the other lacks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"

namespace neuroglot {

struct Overlap {
  Index first = 0, second = 0, both = 0;

  /// |A and B| / |A or B|; 0 for two empty sets. (Jaccard 1901)
  double jaccard() const {
    const Index either = first + second - both;
    return either == 0 ? 0 : static_cast<double>(both) / static_cast<double>(either);
  }
};

/// Every neuron of some language, counted once: (layers), ascending.
inline NeuronsByLayer union_of(const NeuronSet& set) {
  NeuronsByLayer all(static_cast<std::size_t>(set.layers));
  for (const NeuronsByLayer& language : set.neurons)
    for (std::size_t layer = 0; layer < language.size(); ++layer) {
      std::vector<Index> merged;
      std::set_union(all[layer].begin(), all[layer].end(), language[layer].begin(), language[layer].end(),
                     std::back_inserter(merged));
      all[layer] = std::move(merged);
    }
  return all;
}

inline Overlap overlap(const NeuronsByLayer& first, const NeuronsByLayer& second) {
  Overlap result{count(first), count(second), 0};
  for (std::size_t layer = 0; layer < std::min(first.size(), second.size()); ++layer) {
    std::vector<Index> both;
    std::set_intersection(first[layer].begin(), first[layer].end(), second[layer].begin(), second[layer].end(),
                          std::back_inserter(both));
    result.both += static_cast<Index>(both.size());
  }
  return result;
}

/// The neurons of `set` that `other` has for no language at all. Throws Error where the models differ.
inline NeuronSet without(NeuronSet set, const NeuronSet& other) {
  if (set.layers != other.layers || set.neurons_per_layer != other.neurons_per_layer)
    throw error("neurons of ", set.layers, " layers of ", set.neurons_per_layer, " can not be taken from ",
                other.layers, " of ", other.neurons_per_layer, ": chosen for another model?");
  const NeuronsByLayer taken = union_of(other);
  for (NeuronsByLayer& language : set.neurons)
    for (std::size_t layer = 0; layer < language.size(); ++layer) {
      std::vector<Index> left;
      std::set_difference(language[layer].begin(), language[layer].end(), taken[layer].begin(), taken[layer].end(),
                          std::back_inserter(left));
      language[layer] = std::move(left);
    }
  set.parameters.push_back({"without", other.method});
  return set;
}

}  // namespace neuroglot
