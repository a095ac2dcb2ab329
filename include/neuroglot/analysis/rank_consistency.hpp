/// RankC: how alike two languages order the candidates of the same query. (Qi et al. 2023, equations 1 to 3)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Of one query: sum over j = 1..n of w_j P@j, P@j the share of the first j candidates of one order that are among the
/// first j of the other, w_j = e^(n - j) / sum over k of e^(n - k). Orders: the same n candidates by number, best
/// first. 1 where the orders are equal. Throws Error where they are not orders of the same candidates.
inline double rank_consistency(std::span<const Index> one, std::span<const Index> other) {
  const std::size_t n = one.size();
  if (other.size() != n || n == 0) throw error("orders of ", n, " and ", other.size(), " candidates are compared");
  std::vector<Index> numbers(one.begin(), one.end()), same(other.begin(), other.end());
  std::ranges::sort(numbers);
  std::ranges::sort(same);
  if (numbers != same || std::ranges::adjacent_find(numbers) != numbers.end())
    throw error("two orders that are compared are not of the same candidates");
  std::vector<int> seen(n, 0);
  const auto place = [&](Index number) {
    return static_cast<std::size_t>(std::ranges::lower_bound(numbers, number) - numbers.begin());
  };
  double sum = 0, weights = 0, weight = 1;  // the weights in units of w_1
  std::size_t common = 0;
  for (std::size_t j = 0; j < n; ++j, weight *= std::exp(-1.0)) {
    common += ++seen[place(one[j])] == 2 ? 1 : 0;
    common += ++seen[place(other[j])] == 2 ? 1 : 0;
    sum += weight * static_cast<double>(common) / static_cast<double>(j + 1);
    weights += weight;
  }
  return sum / weights;
}

}  // namespace neuroglot
