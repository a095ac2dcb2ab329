/// Sets neurons to given values at every position, whatever the text makes of them. (Tang et al. 2024, section 4.4:
/// steering)
#pragma once

#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"
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
    require_values(place);
    const auto layer = static_cast<std::size_t>(place.layer);
    for (std::size_t i = 0; i < neurons[layer].size(); ++i)
      if (const Index column = place.column(neurons[layer][i], activations.cols()); column >= 0)
        activations.col(column).setConstant(values[layer][i]);
  }
  void operator()(site::mlp_act, const Place& place, DeviceView& activations) const {
    require_values(place);
    const auto layer = static_cast<std::size_t>(place.layer);
    std::vector<ColumnEdit> edits;
    for (std::size_t i = 0; i < neurons[layer].size(); ++i)
      if (const Index column = place.column(neurons[layer][i], activations.cols()); column >= 0)
        edits.push_back({column, values[layer][i], false});
    activations.edit_columns(edits);
  }

 private:
  void require_values(const Place& place) const {
    const auto layer = static_cast<std::size_t>(place.layer);
    if (layer >= values.size() || values[layer].size() != neurons[layer].size())
      throw error("layer ", place.layer, " has ", neurons[layer].size(), " neurons to set, but not as many values");
  }
};

}  // namespace neuroglot
