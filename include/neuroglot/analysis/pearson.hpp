/// Pearson's r: how near points lie to a straight line. (Zhao et al. 2024, "Training Data Volume")
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

namespace neuroglot {

/// Sums over the deviations from the means.
struct Moments {
  double mean_x = 0, mean_y = 0;
  double xx = 0, xy = 0, yy = 0;
};

/// x and y of one length; all 0 for none.
inline Moments moments(std::span<const double> x, std::span<const double> y) {
  Moments m;
  const auto n = static_cast<double>(x.size());
  if (x.empty()) return m;
  m.mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  m.mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - m.mean_x, dy = y[i] - m.mean_y;
    m.xx += dx * dx;
    m.xy += dx * dy;
    m.yy += dy * dy;
  }
  return m;
}

/// r = sum (x - mean x)(y - mean y) / sqrt(sum (x - mean x)^2 sum (y - mean y)^2)
struct Pearson {
  static constexpr std::string_view name = "pearson";

  std::optional<double> coefficient(std::span<const double> x, std::span<const double> y) const {
    const auto is_flat = [](std::span<const double> values) {
      return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
    };
    if (x.size() < 2 || is_flat(x) || is_flat(y)) return std::nullopt;
    const Moments m = moments(x, y);
    return std::clamp(m.xy / (std::sqrt(m.xx) * std::sqrt(m.yy)), -1.0, 1.0);
  }

  /// Fisher 1921.
  double z_error(double, std::size_t n) const { return 1 / std::sqrt(static_cast<double>(n) - 3); }
};

/// y = intercept + slope x
struct Line {
  double slope = 0;
  double intercept = 0;
};

/// The line of least squares of y; flat through the mean where all x are the same.
inline Line regression_line(std::span<const double> x, std::span<const double> y) {
  const Moments m = moments(x, y);
  const double slope = m.xx > 0 ? m.xy / m.xx : 0;
  return {slope, m.mean_y - slope * m.mean_x};
}

}  // namespace neuroglot
