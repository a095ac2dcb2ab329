/// How alike two sets are, from the sizes of both and of what they share: the policies of ng-sharing.
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// A similarity of sets is computed from |A|, |B| and |A and B| (with resampled facts: from their weights' sums), 0
/// where there is nothing to compare, 1 for equal sets that are not empty. (Jaccard, Dice, OverlapCoefficient)
template <class S>
concept SetSimilarity = requires(const S policy, double size) {
  { S::name } -> std::convertible_to<std::string_view>;
  { policy.similarity(size, size, size) } -> std::same_as<double>;
};

/// |A and B| / |A or B|. (Jaccard 1901; Zhao et al. 2024, eq. 1)
struct Jaccard {
  static constexpr std::string_view name = "jaccard";
  double similarity(double a, double b, double both) const {
    const double either = a + b - both;
    return either > 0 ? both / either : 0;
  }
};

/// 2 |A and B| / (|A| + |B|): the harmonic mean of the shares that the common part has in each. (Dice 1945)
struct Dice {
  static constexpr std::string_view name = "dice";
  double similarity(double a, double b, double both) const { return a + b > 0 ? 2 * both / (a + b) : 0; }
};

/// |A and B| / min(|A|, |B|): 1 where one set holds the other, so that a language with few hits is not unlike all
/// others for that alone. (Szymkiewicz 1934, Simpson 1943)
struct OverlapCoefficient {
  static constexpr std::string_view name = "overlap";
  double similarity(double a, double b, double both) const {
    const double smaller = std::min(a, b);
    return smaller > 0 ? both / smaller : 0;
  }
};

/// Calls f with the one of the policies whose name is `name`. Throws UsageError naming those there are.
template <SetSimilarity... Policies, class F>
void with_set_similarity(std::string_view name, F&& f, const Policies&... policies) {
  const auto call_if_named = [&](const auto& policy) {
    if (name != std::remove_cvref_t<decltype(policy)>::name) return false;
    f(policy);
    return true;
  };
  if ((call_if_named(policies) || ...)) return;
  std::string known;
  ((known += (known.empty() ? "" : ", ") + std::string(Policies::name)), ...);
  throw usage_error("the similarity ", name, " is not known (known: ", known, ")");
}

}  // namespace neuroglot
