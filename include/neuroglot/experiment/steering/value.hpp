/// What a steered neuron's activation becomes: the policies for the values of a language's neurons. (Tang et al. 2024,
/// section 4.4)
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/neurons.hpp"

namespace neuroglot {

/// Values of neurons, in their order.
using ValuesByLayer = std::vector<std::vector<float>>;

namespace detail {

/// Throws Error naming the languages there are.
inline std::size_t language_of(const ActivationStatistics& statistics, const std::string& language) {
  std::string known;
  for (std::size_t k = 0; k < statistics.languages.size(); ++k) {
    if (statistics.languages[k] == language) return k;
    known += (k == 0 ? "" : ", ") + statistics.languages[k];
  }
  throw error("there are no statistics of language \"", language, "\" (there are: ", known, ")");
}

/// value(layer, neuron) of each neuron.
template <class Value>
ValuesByLayer values_of(const NeuronsByLayer& neurons, Value value) {
  ValuesByLayer values;
  for (std::size_t layer = 0; layer < neurons.size(); ++layer) {
    values.emplace_back();
    for (const Index neuron : neurons[layer])
      values.back().push_back(static_cast<float>(value(layer, static_cast<std::size_t>(neuron))));
  }
  return values;
}

}  // namespace detail

/// Set to one number, whatever the language.
struct ConstantValue {
  static constexpr bool is_added = false;
  double number = 0;

  ValuesByLayer operator()(const ActivationStatistics*, const std::string&, const NeuronsByLayer& neurons) const {
    return detail::values_of(neurons, [&](std::size_t, std::size_t) { return number; });
  }
};

/// Set to the mean activation of the language, over all tokens that were recorded: the paper's choice.
struct MeanValue {
  static constexpr bool is_added = false;

  ValuesByLayer operator()(const ActivationStatistics* statistics, const std::string& language,
                           const NeuronsByLayer& neurons) const {
    const std::size_t k = detail::language_of(*statistics, language);
    const LanguagesByLayersByNeurons mean = mean_activation(*statistics);
    return detail::values_of(neurons, [&](std::size_t layer, std::size_t neuron) { return mean(k, layer, neuron); });
  }
};

/// activation += strength * the language's mean activation
struct AddedMean {
  static constexpr bool is_added = true;
  double strength = 1;

  ValuesByLayer operator()(const ActivationStatistics* statistics, const std::string& language,
                           const NeuronsByLayer& neurons) const {
    const std::size_t k = detail::language_of(*statistics, language);
    const LanguagesByLayersByNeurons mean = mean_activation(*statistics);
    return detail::values_of(neurons,
                             [&](std::size_t layer, std::size_t neuron) { return strength * mean(k, layer, neuron); });
  }
};

/// activation += the language's mean activation - that of another language, or the mean of all others' means, each
/// language counted once.
struct AddedDifference {
  static constexpr bool is_added = true;
  std::optional<std::string> from;  ///< nothing: all other languages

  ValuesByLayer operator()(const ActivationStatistics* statistics, const std::string& language,
                           const NeuronsByLayer& neurons) const {
    const std::size_t k = detail::language_of(*statistics, language);
    const LanguagesByLayersByNeurons mean = mean_activation(*statistics);
    std::vector<std::size_t> others;
    if (from) others.push_back(detail::language_of(*statistics, *from));
    for (std::size_t other = 0; !from && other < statistics->languages.size(); ++other)
      if (other != k) others.push_back(other);
    if (others.empty()) throw error("the statistics hold no language besides \"", language, "\" to differ from");
    return detail::values_of(neurons, [&](std::size_t layer, std::size_t neuron) {
      double sum = 0;
      for (const std::size_t other : others) sum += mean(other, layer, neuron);
      return mean(k, layer, neuron) - sum / static_cast<double>(others.size());
    });
  }
};

using SteeringValue = std::variant<MeanValue, ConstantValue, AddedMean, AddedDifference>;

/// Whether the policy reads recorded statistics.
inline bool needs_statistics(const SteeringValue& value) {
  return !std::holds_alternative<ConstantValue>(value);
}

/// "mean", "1.5", "add:0.5", "diff", "diff:fr". Throws UsageError for what is none of them.
inline SteeringValue steering_value_named(const std::string& name) {
  const auto number = [&](std::string_view digits) {
    double value = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || end != digits.data() + digits.size())
      throw usage_error("--value ", name, ": is mean, a number, add:STRENGTH, diff or diff:LANG");
    return value;
  };
  if (name == "mean") return MeanValue{};
  if (name == "diff") return AddedDifference{};
  if (name.starts_with("diff:")) return AddedDifference{name.substr(5)};
  if (name.starts_with("add:")) return AddedMean{number(std::string_view(name).substr(4))};
  return ConstantValue{number(name)};
}

}  // namespace neuroglot
