/// The neurons of highest score, and how much two such sets have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuroglot/analysis/sorted_values.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/neurons.hpp"

namespace neuroglot {

/// Neurons counted through all layers, layer * neurons of a layer + neuron, ascending.
using NeuronIds = std::vector<std::int32_t>;

/// The k neurons of highest score; ties go to the lower layer, then the lower neuron. A neuron whose score is 0 tells
/// nothing apart and is never among them, so that there may be fewer than k. Scores are not negative.
inline NeuronIds top_neurons(std::span<const float> scores, Index k) {
  std::vector<std::uint64_t> keys;
  keys.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > 0) keys.push_back(std::uint64_t{~detail::ordered_bits(scores[i])} << 32 | i);
  const auto end = keys.begin() + std::min<Index>(k, static_cast<Index>(keys.size()));
  std::nth_element(keys.begin(), end, keys.end());
  NeuronIds top;
  for (auto key = keys.begin(); key != end; ++key) top.push_back(static_cast<std::int32_t>(*key & 0xffffffffU));
  std::ranges::sort(top);
  return top;
}

/// |A and B| / |A or B| of two ascending sets; 0 where both are empty.
inline double jaccard(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  std::size_t common = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const std::int32_t x = a[i], y = b[j];
    common += x == y ? 1 : 0;
    i += x <= y ? 1 : 0;
    j += y <= x ? 1 : 0;
  }
  const std::size_t all = a.size() + b.size() - common;
  return all == 0 ? 0 : static_cast<double>(common) / static_cast<double>(all);
}

/// The same neurons layer by layer, as hooks take them.
inline NeuronsByLayer by_layer(const NeuronIds& neurons, Index layers, Index neurons_per_layer) {
  NeuronsByLayer result(static_cast<std::size_t>(layers));
  for (const Index neuron : neurons)
    result[static_cast<std::size_t>(neuron / neurons_per_layer)].push_back(neuron % neurons_per_layer);
  return result;
}

inline NeuronIds counted_through(const NeuronsByLayer& neurons, Index neurons_per_layer) {
  NeuronIds result;
  for (std::size_t layer = 0; layer < neurons.size(); ++layer)
    for (const Index neuron : neurons[layer])
      result.push_back(static_cast<std::int32_t>(static_cast<Index>(layer) * neurons_per_layer + neuron));
  return result;
}

}  // namespace neuroglot
