/// How many neurons a selection takes, and what all selections check and write down.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

struct SelectionOptions {
  double rate = 0.01;          ///< share of all neurons that is chosen
  double bar_quantile = 0.95;  ///< of all activities, where the bar is
  Index per_language = 0;  ///< neurons of each language, for policies that rank a language at a time; 0: by the rate
};

namespace detail {

/// Python's round(): to the nearest whole number, halves to the even one.
inline std::size_t rounded(double x) {
  return static_cast<std::size_t>(std::nearbyint(x));
}

inline void check_options(const SelectionOptions& options) {
  if (!(options.rate > 0 && options.rate <= 1))
    throw usage_error("the rate is ", options.rate, ", not a share above 0 and up to 1");
  if (!(options.bar_quantile > 0 && options.bar_quantile <= 1))
    throw usage_error("the bar's quantile is ", options.bar_quantile, ", not a share above 0 and up to 1");
  if (options.per_language < 0)
    throw usage_error("the neurons per language are ", options.per_language, ", not a number of neurons");
}

/// What a comparison of languages needs.
inline void check_request(const ActivationStatistics& statistics, const SelectionOptions& options) {
  if (statistics.languages.size() < 2)
    throw error("the statistics hold ", statistics.languages.size(),
                " language: comparing languages needs at least two, with one every neuron looks specific");
  check_options(options);
  check(statistics);
}

/// What a policy wants to be remembered by: its parameters(), where it has any.
template <class Policy>
std::vector<Parameter> parameters_of(const Policy& policy) {
  if constexpr (requires { policy.parameters(); })
    return policy.parameters();
  else
    return {};
}

}  // namespace detail

/// A set for these languages and layers in which nothing is chosen yet.
inline NeuronSet empty_set(const ActivationStatistics& statistics, std::string_view method,
                           std::vector<Parameter> parameters) {
  NeuronSet set;
  set.languages = statistics.languages;
  set.neurons.assign(set.languages.size(), NeuronsByLayer(static_cast<std::size_t>(statistics.layers())));
  set.method = method;
  set.layers = statistics.layers();
  set.neurons_per_layer = statistics.neurons();
  set.parameters = std::move(parameters);
  return set;
}

}  // namespace neuroglot
