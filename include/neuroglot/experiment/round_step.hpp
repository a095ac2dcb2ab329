/// Steps of an axis.
#pragma once

#include <cmath>
#include <initializer_list>

namespace neuroglot::report {

/// 1, 2 or 5 times a power of ten: the smallest of which at most so many make up the length (> 0).
inline double round_step(double length, double at_most) {
  const double power = std::pow(10.0, std::floor(std::log10(length / at_most)));
  for (const double step : {1.0, 2.0, 5.0})
    if (length <= step * power * at_most * (1 + 1e-9)) return step * power;
  return 10 * power;
}

}  // namespace neuroglot::report
