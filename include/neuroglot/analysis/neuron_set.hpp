/// Neurons chosen for languages, and how they were chosen.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"

namespace neuroglot {

/// A neuron may belong to several languages.
struct NeuronSet {
  std::vector<std::string> languages;
  std::vector<NeuronsByLayer> neurons;  ///< of languages[k], (layers), ascending
  std::string method;
  Index layers = 0;
  Index neurons_per_layer = 0;
  double bar = 0;  ///< a language owns a chosen neuron when its activity there is above this

  /// Throws Error naming the languages there are.
  const NeuronsByLayer& of(const std::string& language) const {
    std::string known;
    for (std::size_t k = 0; k < languages.size(); ++k) {
      if (languages[k] == language) return neurons[k];
      known += (k == 0 ? "" : ", ") + languages[k];
    }
    throw error("there are no neurons of language \"", language, "\" (there are: ", known, ")");
  }

  /// Neurons that belong to some language, each counted once.
  Index unique() const {
    std::set<std::pair<Index, Index>> all;
    for (const NeuronsByLayer& language : neurons)
      for (std::size_t layer = 0; layer < language.size(); ++layer)
        for (const Index neuron : language[layer]) all.emplace(static_cast<Index>(layer), neuron);
    return static_cast<Index>(all.size());
  }
};

}  // namespace neuroglot
