/// Switches other neurons off in each sequence of a batch, so that one pass measures a text under many choices of
/// neurons: the weights come by once for all of them. (Tang et al. 2024, section 3, for several sets at once)
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "neuroglot/core/neurons.hpp"
#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"

namespace neuroglot {

/// Sequence s of the batch is under choice s modulo their number: a batch repeats each text once for each choice.
struct DeactivateRows {
  std::vector<NeuronsByLayer> choices;

  bool listens(site::mlp_act, Index layer) const {
    return std::any_of(choices.begin(), choices.end(), [&](const auto& choice) { return !in(choice, layer).empty(); });
  }

  /// Throws Error where a neuron is not one of the model's.
  void operator()(site::mlp_act, const Place& place, MatrixRef activations /* (tokens, intermediate) */) const {
    for (std::size_t c = 0; c < choices.size(); ++c) {
      const std::vector<Index> columns = columns_of(choices[c], place, activations.cols());
      for (auto s = static_cast<Index>(c); s < place.batch.sequences(); s += static_cast<Index>(choices.size())) {
        const auto [first, last] = place.rows_of(s);
        for (Index row = first; row < last; ++row)
          for (const Index column : columns) activations(row, column) = 0;
      }
    }
  }

  /// A launch for each sequence: its rows are the ones that its choice changes.
  void operator()(site::mlp_act, const Place& place, DeviceView& activations) const {
    for (std::size_t c = 0; c < choices.size(); ++c) {
      std::vector<ColumnEdit> edits;
      for (const Index column : columns_of(choices[c], place, activations.cols())) edits.push_back({column});
      for (auto s = static_cast<Index>(c); s < place.batch.sequences(); s += static_cast<Index>(choices.size())) {
        const auto [first, last] = place.rows_of(s);
        activations.device().edit_columns(activations.write().row_range(first, last - first), edits);
      }
    }
  }

 private:
  static const std::vector<Index>& in(const NeuronsByLayer& choice, Index layer) {
    static const std::vector<Index> none;
    return layer < static_cast<Index>(choice.size()) ? choice[static_cast<std::size_t>(layer)] : none;
  }

  /// Those of the choice's neurons that this matrix has: in a mixture of experts, the expert's own.
  static std::vector<Index> columns_of(const NeuronsByLayer& choice, const Place& place, Index width) {
    std::vector<Index> columns;
    for (const Index neuron : in(choice, place.layer))
      if (const Index column = place.column(neuron, width); column >= 0) columns.push_back(column);
    return columns;
  }
};

}  // namespace neuroglot
