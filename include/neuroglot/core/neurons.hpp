/// A choice of neurons, layer by layer: what metrics select and interveners switch.
#pragma once

#include <vector>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// neurons[layer] holds the chosen neurons of that layer, ascending; layers beyond the end have none.
using NeuronsByLayer = std::vector<std::vector<Index>>;

inline Index count(const NeuronsByLayer& neurons) {
  Index total = 0;
  for (const std::vector<Index>& layer : neurons) total += static_cast<Index>(layer.size());
  return total;
}

}  // namespace neuroglot
