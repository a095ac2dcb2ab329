/// Neurons chosen for languages, and how they were chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"

namespace neuroglot {

/// A setting that decided which neurons were chosen, as files tell it: {"rate", 0.01}, {"seed", 7}.
struct Parameter {
  std::string name;
  std::variant<double, std::int64_t, std::string> value;
};

/// A neuron may belong to several languages.
struct NeuronSet {
  std::vector<std::string> languages;
  std::vector<NeuronsByLayer> neurons;  ///< of languages[k], (layers), ascending
  std::string method;
  Index layers = 0;
  Index neurons_per_layer = 0;
  std::optional<double>
      bar;  ///< a language owns a chosen neuron when its activity is above this; not all methods have it
  std::vector<Parameter> parameters;  ///< of the method and of the selection

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
