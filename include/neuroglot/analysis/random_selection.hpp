/// RS, random selection: as many random neurons for each language as another method found. (Tang et al. 2024, section
/// 3)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/analysis/random.hpp"
#include "neuroglot/analysis/select.hpp"

namespace neuroglot {

/// Language k gets random_neurons(count, layers, neurons, seed + k): as many as it has in `like`, by default what LAPE
/// selects with the same options, spread evenly over the layers. They are those that ng-perplexity switches off in its
/// row "random" for the same set and seed.
struct RandomSelection {
  static constexpr std::string_view name = "random";
  std::uint64_t seed = 1;
  std::optional<NeuronSet> like;

  /// Throws Error where `like` lacks a language of the statistics.
  NeuronSet select(const ActivationStatistics& statistics, const SelectionOptions& options) const {
    const NeuronSet counts = like ? *like : neuroglot::select<Lape>(statistics, options);
    NeuronSet chosen = empty_set(statistics, name, counts.parameters);
    chosen.parameters.push_back({"seed", static_cast<std::int64_t>(seed)});
    chosen.parameters.push_back({"like", counts.method});
    for (std::size_t k = 0; k < chosen.languages.size(); ++k)
      chosen.neurons[k] =
          random_neurons(count(counts.of(chosen.languages[k])), chosen.layers, chosen.neurons_per_layer, seed + k);
    return chosen;
  }
};

}  // namespace neuroglot
