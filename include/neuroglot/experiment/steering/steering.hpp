/// Neurons of some languages off, those of another on: the hooks of the cross-lingual steering. (Tang et al. 2024,
/// Tables 5 and 6)
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/experiment/steering/value.hpp"
#include "neuroglot/hooks/activate.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/hooks/hook.hpp"
#include "neuroglot/hooks/shift.hpp"

namespace neuroglot {

namespace detail {

/// Combine: std::set_union, std::set_difference, ... of each layer's neurons.
template <class Combine>
NeuronsByLayer by_layer(const NeuronsByLayer& a, const NeuronsByLayer& b, Combine combine) {
  static const std::vector<Index> none;
  NeuronsByLayer result(std::max(a.size(), b.size()));
  for (std::size_t layer = 0; layer < result.size(); ++layer) {
    const std::vector<Index>& left = layer < a.size() ? a[layer] : none;
    const std::vector<Index>& right = layer < b.size() ? b[layer] : none;
    combine(left.begin(), left.end(), right.begin(), right.end(), std::back_inserter(result[layer]));
  }
  return result;
}

}  // namespace detail

/// Neurons in a or b, and those in a that are not in b.
inline NeuronsByLayer united(const NeuronsByLayer& a, const NeuronsByLayer& b) {
  return detail::by_layer(a, b, [](auto... range) { std::set_union(range...); });
}
inline NeuronsByLayer without(const NeuronsByLayer& a, const NeuronsByLayer& b) {
  return detail::by_layer(a, b, [](auto... range) { std::set_difference(range...); });
}

/// At most one of `set` and `shift` has neurons; no neuron is in two of the three, so that their order does not matter.
struct Steering {
  Deactivate off;
  Activate set;
  Shift shift;

  auto hooks() const { return neuroglot::hooks(off, set, shift); }
};

/// Which languages' neurons are off, whose are on, and how.
struct SteeringOptions {
  std::vector<std::string> off;
  std::string on;  ///< empty: none
  SteeringValue value = MeanValue{};
};

/// A neuron of a language that is off is not switched off where it is one of the language that is on. `statistics` may
/// be null where the value policy needs none.
inline Steering steering(const NeuronSet& set, const SteeringOptions& options, const ActivationStatistics* statistics) {
  Steering made;
  for (const std::string& language : options.off) made.off.neurons = united(made.off.neurons, set.of(language));
  if (options.on.empty()) return made;
  const NeuronsByLayer& on = set.of(options.on);
  made.off.neurons = without(made.off.neurons, on);
  if (statistics == nullptr && needs_statistics(options.value))
    throw usage_error("values of ", options.on, "'s neurons need recorded statistics (--stats stats.safetensors)");
  if (statistics != nullptr && (statistics->layers() != set.layers || statistics->neurons() != set.neurons_per_layer))
    throw error("the statistics are of ", statistics->layers(), " layers of ", statistics->neurons(),
                " neurons, the neurons of ", set.layers, " layers of ", set.neurons_per_layer,
                ": recorded of another model?");
  std::visit(
      [&](const auto& value) {
        ValuesByLayer values = value(statistics, options.on, on);
        if constexpr (std::remove_cvref_t<decltype(value)>::is_added)
          made.shift = {on, std::move(values)};
        else
          made.set = {on, std::move(values)};
      },
      options.value);
  return made;
}

}  // namespace neuroglot
