/// Switches neurons off: their activation becomes 0 at every position. (Tang et al. 2024, section 3)
#pragma once

#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

struct Deactivate {
  NeuronsByLayer neurons;

  bool listens(site::mlp_act, Index layer) const {
    return layer < static_cast<Index>(neurons.size()) && !neurons[static_cast<std::size_t>(layer)].empty();
  }

  /// Throws Error where a neuron is not one of the model's.
  void operator()(site::mlp_act, const Place& place, MatrixRef activations /* (tokens, intermediate) */) const {
    for (const Index neuron : neurons[static_cast<std::size_t>(place.layer)]) {
      if (neuron < 0 || neuron >= activations.cols())
        throw error("neuron ", neuron, " of layer ", place.layer, " is to be switched off, but the layer has ",
                    activations.cols(), ": were the neurons chosen for another model?");
      activations.col(neuron).setZero();
    }
  }
};

}  // namespace neuroglot
