/// Adds a value to each of some neurons at every position: steering that keeps what the text made of them. (Turner et
/// al. 2023, activation addition, at single neurons)
#pragma once

#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"
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
    require_values(place);
    const auto layer = static_cast<std::size_t>(place.layer);
    for (std::size_t i = 0; i < neurons[layer].size(); ++i)
      if (const Index column = place.column(neurons[layer][i], activations.cols()); column >= 0)
        activations.col(column).array() += values[layer][i];
  }
  void operator()(site::mlp_act, const Place& place, DeviceView& activations) const {
    require_values(place);
    const auto layer = static_cast<std::size_t>(place.layer);
    std::vector<ColumnEdit> edits;
    for (std::size_t i = 0; i < neurons[layer].size(); ++i)
      if (const Index column = place.column(neurons[layer][i], activations.cols()); column >= 0)
        edits.push_back({column, values[layer][i], true});
    activations.edit_columns(edits);
  }

 private:
  void require_values(const Place& place) const {
    const auto layer = static_cast<std::size_t>(place.layer);
    if (layer >= values.size() || values[layer].size() != neurons[layer].size())
      throw error("layer ", place.layer, " has ", neurons[layer].size(), " neurons to shift, but not as many values");
  }
};

}  // namespace neuroglot
