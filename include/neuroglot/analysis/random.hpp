/// Random neurons as a control: as many as a language has, spread evenly over the layers. (Tang et al. 2024, "RS")
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"

namespace neuroglot {

namespace detail {

/// `wanted` different numbers below n, ascending. Only the generator's raw output is used, as the standard leaves what
/// distributions make of it to the library.
inline std::vector<Index> distinct_below(Index n, Index wanted, std::mt19937_64& random) {
  std::vector<Index> all(static_cast<std::size_t>(n));
  std::iota(all.begin(), all.end(), Index{0});
  for (Index i = 0; i < wanted; ++i) {
    const auto rest = static_cast<std::uint64_t>(n - i);
    std::swap(all[static_cast<std::size_t>(i)],
              all[static_cast<std::size_t>(i) + random() % rest]);  // bias below 2^-40
  }
  all.resize(static_cast<std::size_t>(wanted));
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace detail

/// `wanted` neurons, wanted / layers of them in each layer and one more in as many random layers as are needed; the
/// same for the same seed. Throws Error where there are not so many.
inline NeuronsByLayer random_neurons(Index wanted, Index layers, Index neurons_per_layer, std::uint64_t seed) {
  if (wanted > layers * neurons_per_layer)
    throw error(wanted, " random neurons can not be drawn from ", layers, " layers of ", neurons_per_layer);
  std::mt19937_64 random(seed);
  const std::vector<Index> with_one_more = detail::distinct_below(layers, wanted % layers, random);
  NeuronsByLayer neurons;
  for (Index layer = 0; layer < layers; ++layer) {
    const Index one_more = std::binary_search(with_one_more.begin(), with_one_more.end(), layer) ? 1 : 0;
    neurons.push_back(detail::distinct_below(neurons_per_layer, wanted / layers + one_more, random));
  }
  return neurons;
}

}  // namespace neuroglot
