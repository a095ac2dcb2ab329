/// How far two numbers of each item go together: a coefficient, its interval and its p-value. (Fisher 1921)
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "neuroglot/analysis/student_t.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// A coefficient says how far x and y go together, from -1 to 1 (nothing where that is not defined), and the standard
/// error of its atanh over n items. (Pearson, Spearman)
template <class P>
concept CorrelationPolicy = requires(const P policy, std::span<const double> x, std::size_t n, double r) {
  { P::name } -> std::convertible_to<std::string_view>;
  { policy.coefficient(x, x) } -> std::same_as<std::optional<double>>;
  { policy.z_error(r, n) } -> std::convertible_to<double>;
};

/// What is not defined is absent: r where x or y is the same for all items or there are fewer than two of them, p for
/// fewer than three, the interval for fewer than four.
struct Correlation {
  std::size_t n = 0;
  std::optional<double> r;
  std::optional<double> low, high;  ///< 95%: tanh(atanh(r) -+ 1.96 z_error)
  std::optional<double> p;          ///< two-sided, against r = 0: t = r sqrt((n - 2) / (1 - r^2)) with n - 2 degrees
};

inline constexpr double z_95 = 1.959963984540054;  ///< the 97.5% quantile of the standard normal distribution

/// Usage: `correlate<Pearson>(sizes, p1)`. Throws Error where x and y are not of one length.
template <CorrelationPolicy P>
Correlation correlate(std::span<const double> x, std::span<const double> y, const P& policy = {}) {
  if (x.size() != y.size()) throw error(x.size(), " values are correlated with ", y.size());
  Correlation found{x.size(), policy.coefficient(x, y), {}, {}, {}};
  if (!found.r || found.n < 3) return found;
  const double r = *found.r, degrees = static_cast<double>(found.n) - 2;
  found.p = two_sided_p(r * std::sqrt(degrees / ((1 - r) * (1 + r))), degrees);
  if (found.n < 4) return found;
  const double z = std::atanh(r), reach = z_95 * policy.z_error(r, found.n);
  found.low = std::tanh(z - reach);
  found.high = std::tanh(z + reach);
  return found;
}

}  // namespace neuroglot
