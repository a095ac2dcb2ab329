/// Adds a value to each of some neurons at every position: steering that keeps what the text made of them. (Turner et
/// al. 2023, activation addition, at single neurons)
#pragma once

#include <vector>

#include "neuroglot/core/neurons.hpp"
#include "neuroglot/hooks/column_edits.hpp"
#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// activation += values[layer][i] of neurons[layer][i].
struct Shift {
  NeuronsByLayer neurons;
  std::vector<std::vector<float>> values;

  bool listens(site::mlp_act, Index layer) const {
    return layer < static_cast<Index>(neurons.size()) && !neurons[static_cast<std::size_t>(layer)].empty();
  }

  /// Throws Error where a neuron is not one of the model's or has no value.
  void operator()(site::mlp_act, const Place& place, MatrixRef activations /* (tokens, intermediate) */) const {
    edit_columns(activations, column_edits(neurons, values, true, place, activations.cols()));
  }
  void operator()(site::mlp_act, const Place& place, DeviceView& activations) const {
    activations.edit_columns(column_edits(neurons, values, true, place, activations.cols()));
  }
};

}  // namespace neuroglot
