/// Sets neurons to given values at every position, whatever the text makes of them. (Tang et al. 2024, section 4.4:
/// steering)
#pragma once

#include <vector>

#include "neuroglot/core/neurons.hpp"
#include "neuroglot/hooks/column_edits.hpp"
#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// values[layer][i] is what neurons[layer][i] is set to.
struct Activate {
  NeuronsByLayer neurons;
  std::vector<std::vector<float>> values;

  bool listens(site::mlp_act, Index layer) const {
    return layer < static_cast<Index>(neurons.size()) && !neurons[static_cast<std::size_t>(layer)].empty();
  }

  /// Throws Error where a neuron is not one of the model's or has no value.
  void operator()(site::mlp_act, const Place& place, MatrixRef activations /* (tokens, intermediate) */) const {
    edit_columns(activations, column_edits(neurons, values, false, place, activations.cols()));
  }
  void operator()(site::mlp_act, const Place& place, DeviceView& activations) const {
    activations.edit_columns(column_edits(neurons, values, false, place, activations.cols()));
  }
};

}  // namespace neuroglot
