/// What a way of scoring neurons for facts must offer: its name, and from one neuron's values a score for each fact.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "neuroglot/analysis/sorted_values.hpp"

namespace neuroglot {

/// score(values, scores) is handed the values of one neuron over two or more facts of one relation in one language, and
/// writes scores[values.owner(i)] for each of them: high where the neuron tells the fact from the others, 0 where it
/// does not. It must not depend on the order in which the facts came.
template <class Policy>
concept FactScore = requires(const Policy policy, const SortedValues& values, std::span<double> scores) {
  { Policy::name } -> std::convertible_to<std::string_view>;
  policy.score(values, scores);
};

}  // namespace neuroglot
