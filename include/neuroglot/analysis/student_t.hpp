/// Student's t: how often chance alone gives a value as far from 0. (Abramowitz and Stegun 1964, 26.5.8 and 26.7.1)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace neuroglot {

namespace detail {

/// The continued fraction of the incomplete beta function, evaluated from its front (Lentz 1976); converges fast for
/// x < (a + 1) / (a + b + 2).
inline double beta_fraction(double x, double a, double b) {
  constexpr double tiny = 1e-300, close = 1e-16;
  const auto away_from_zero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), value = d;
  for (int m = 1; m < 10'000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double step = 1;
    for (const double term : {even, odd}) {
      d = 1 / away_from_zero(1 + term * d);
      c = away_from_zero(1 + term / c);
      step = c * d;
      value *= step;
    }
    if (std::abs(step - 1) < close) break;
  }
  return value;
}

}  // namespace detail

/// I_x(a, b), the regularised incomplete beta function, for x in [0, 1] and positive a and b.
inline double incomplete_beta(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front =
      std::exp(a * std::log(x) + b * std::log1p(-x) - (std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b)));
  if (x < (a + 1) / (a + b + 2)) return front * detail::beta_fraction(x, a, b) / a;
  return 1 - front * detail::beta_fraction(1 - x, b, a) / b;
}

/// The probability of |T| >= |t| for so many degrees of freedom.
inline double two_sided_p(double t, double degrees) {
  if (std::isinf(t)) return 0;
  return std::min(1.0, incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5));
}

}  // namespace neuroglot
