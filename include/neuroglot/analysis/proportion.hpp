/// Hits among trials, as probes count them: the share with its interval, and the three means over languages that must
/// not be mistaken for one another.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

struct Proportion {
  Index hits = 0;
  Index of = 0;

  /// 0 of 0 is 0.
  double value() const { return of == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(of); }
  Proportion& operator+=(const Proportion& other) {
    hits += other.hits;
    of += other.of;
    return *this;
  }
  bool operator==(const Proportion&) const = default;
};

struct ProportionInterval {
  double low = 0;
  double high = 1;
};

/// The score interval of a proportion, of 95% by default; (0, 1) of no trials. It stays in [0, 1] and does not shrink
/// to a point at 0 hits. (Wilson 1927)
///     centre +- half, centre = (p + z^2 / 2n) / (1 + z^2 / n), half = z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 /
///     n)
inline ProportionInterval wilson_interval(const Proportion& share, double z = 1.959963984540054) {
  if (share.of == 0) return {};
  const double n = static_cast<double>(share.of), p = share.value(), scale = 1 + z * z / n;
  const double centre = (p + z * z / (2 * n)) / scale;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
  return {share.hits == 0 ? 0 : std::max(0.0, centre - half),
          share.hits == share.of ? 1 : std::min(1.0, centre + half)};
}

/// The mean over languages of a number each: every language weighs the same. (The true macro mean.)
inline double macro_mean(std::span<const double> values) {
  if (values.empty()) throw error("a mean of no languages");
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// The mean over all (language, fact) pairs: every language weighs as many facts as it has. (What Zhao et al. 2024
/// print as "Macro average".)
inline double pooled_mean(std::span<const double> values, std::span<const double> facts) {
  if (values.size() != facts.size()) throw error(values.size(), " languages with the facts of ", facts.size());
  double sum = 0, all = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    sum += values[k] * facts[k];
    all += facts[k];
  }
  if (!(all > 0)) throw error("a pooled mean of no facts");
  return sum / all;
}

}  // namespace neuroglot
