/// Neurons of a layer in a few groups, so that the activity of thousands can be drawn. (Zhao et al. 2024, Fig. 15 of
/// the slides)
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// group(neuron, width, groups): the group, from 0, of a neuron of a layer of `width`.
template <class G>
concept NeuronGrouping = requires(Index neuron, Index width, Index groups) {
  { G::name } -> std::convertible_to<std::string_view>;
  { G::group(neuron, width, groups) } -> std::convertible_to<Index>;
};

/// Every 16th neuron, as the paper's code does.
struct ByRemainder {
  static constexpr std::string_view name = "remainder";
  static Index group(Index neuron, Index, Index groups) { return neuron % groups; }
};

/// Neurons that stand beside each other.
struct Contiguous {
  static constexpr std::string_view name = "contiguous";
  static Index group(Index neuron, Index width, Index groups) { return neuron * groups / width; }
};

/// Mean score of each group of each layer, [layer][group]; 0 for a group without a neuron. scores: (layers * width).
template <NeuronGrouping G>
std::vector<std::vector<double>> group_means(std::span<const float> scores, Index layers, Index groups) {
  const Index width = static_cast<Index>(scores.size()) / layers;
  std::vector<std::vector<double>> means;
  for (Index layer = 0; layer < layers; ++layer) {
    std::vector<double> sum(static_cast<std::size_t>(groups));
    std::vector<double> size(sum.size());
    for (Index neuron = 0; neuron < width; ++neuron) {
      const auto group = static_cast<std::size_t>(G::group(neuron, width, groups));
      sum[group] += static_cast<double>(scores[static_cast<std::size_t>(layer * width + neuron)]);
      size[group] += 1;
    }
    for (std::size_t g = 0; g < sum.size(); ++g)
      if (size[g] > 0) sum[g] /= size[g];
    means.push_back(std::move(sum));
  }
  return means;
}

}  // namespace neuroglot
