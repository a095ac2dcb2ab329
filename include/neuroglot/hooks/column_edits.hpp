/// A value for each of some neurons, as changes of the columns of a site's matrix: what hooks that set or shift neurons
/// share.
#pragma once

#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/ops/device.hpp"

namespace neuroglot {

/// Of the neurons of the place's layer that a matrix of so many columns has. Throws Error where a neuron is not one of
/// the model's or has no value.
inline std::vector<ColumnEdit> column_edits(const NeuronsByLayer& neurons,
                                            const std::vector<std::vector<float>>& values, bool adds,
                                            const Place& place, Index width) {
  const auto layer = static_cast<std::size_t>(place.layer);
  if (layer >= values.size() || values[layer].size() != neurons[layer].size())
    throw error("layer ", place.layer, " has ", neurons[layer].size(), " neurons to change, but not as many values");
  std::vector<ColumnEdit> edits;
  for (std::size_t i = 0; i < neurons[layer].size(); ++i)
    if (const Index column = place.column(neurons[layer][i], width); column >= 0)
      edits.push_back({column, values[layer][i], adds});
  return edits;
}

/// What Device::edit_columns does, on the host.
inline void edit_columns(MatrixRef matrix, std::span<const ColumnEdit> edits) {
  for (const ColumnEdit& edit : edits) {
    if (edit.adds)
      matrix.col(edit.column).array() += edit.value;
    else
      matrix.col(edit.column).setConstant(edit.value);
  }
}

}  // namespace neuroglot
