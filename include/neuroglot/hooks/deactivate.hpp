/// Switches neurons off: their activation becomes 0 at every position. (Tang et al. 2024, section 3)
#pragma once

#include <utility>
#include <vector>

#include "neuroglot/core/neurons.hpp"
#include "neuroglot/hooks/device_view.hpp"
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
    for (const Index neuron : neurons[static_cast<std::size_t>(place.layer)])
      if (const Index column = place.column(neuron, activations.cols()); column >= 0) activations.col(column).setZero();
  }
  void operator()(site::mlp_act, const Place& place, DeviceView& activations) const {
    std::vector<ColumnEdit> edits;
    for (const Index neuron : neurons[static_cast<std::size_t>(place.layer)])
      if (const Index column = place.column(neuron, activations.cols()); column >= 0) edits.push_back({column});
    activations.edit_columns(edits);
  }
};

}  // namespace neuroglot
