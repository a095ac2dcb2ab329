/// PROBELESS: neurons of a fact without training a probe, by how far its value is from that of other facts. (Antverg
/// and Belinkov 2022, section 3.1; as Zhao et al. 2024 and NeuroX compute it)
///
/// q(f) is a neuron's mean activation over the tokens of label f; here the labels are the facts of one relation.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "neuroglot/analysis/fact_score.hpp"

namespace neuroglot {

/// score(f) = 1 / (n - 1) * sum over g != f of |q(f) - q(g)|, as the code of Zhao et al. 2024 does.
struct Probeless {
  static constexpr std::string_view name = "probeless";

  void score(const SortedValues& values, std::span<double> scores) const {
    values.distances_to_others(scores);
    const auto others = static_cast<double>(values.size() - 1);
    for (double& score : scores) score /= others;
  }
};

/// score(f) = sum over g of |q(f) - q(g)|: NeuroX's ranking for each label. The same order of neurons as Probeless.
struct ProbelessOfLabel {
  static constexpr std::string_view name = "neurox";

  void score(const SortedValues& values, std::span<double> scores) const { values.distances_to_others(scores); }
};

/// r = sum over pairs {f, g} of |q(f) - q(g)|, one number for all facts of the relation: the original ranking of
/// Antverg and Belinkov. All facts of a relation have the same neurons by it.
struct ProbelessOverall {
  static constexpr std::string_view name = "original";

  void score(const SortedValues& values, std::span<double> scores) const {
    std::ranges::fill(scores, values.distances_of_pairs());
  }
};

}  // namespace neuroglot
