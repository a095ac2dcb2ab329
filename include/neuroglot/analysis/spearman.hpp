/// Spearman's rank correlation: how far two orders agree, whatever the distances. (Spearman 1904)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "neuroglot/analysis/pearson.hpp"

namespace neuroglot {

/// From 1 for the lowest; equal values share the mean of their ranks.
inline std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = static_cast<double>(first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

/// Pearson's r of the ranks.
struct Spearman {
  static constexpr std::string_view name = "spearman";

  std::optional<double> coefficient(std::span<const double> x, std::span<const double> y) const {
    return Pearson{}.coefficient(mean_ranks(x), mean_ranks(y));
  }

  /// Bonett and Wright 2000, eq. 4.
  double z_error(double r, std::size_t n) const { return std::sqrt((1 + r * r / 2) / (static_cast<double>(n) - 3)); }
};

}  // namespace neuroglot
