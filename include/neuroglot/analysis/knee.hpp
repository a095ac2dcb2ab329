/// The knee of a curve: where going on pays less than before. (Satopaa et al. 2011, "Finding a Kneedle in a Haystack")
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

struct KneeOptions {
  double least_rise = 0.01;      ///< a curve that rises by less from its first to its last point is flat
  double least_distance = 0.05;  ///< above the chord, as a share of the rise; less is no knee
};

/// Either a knee, or why there is none.
struct Knee {
  std::optional<std::size_t> at;  ///< the index of a point that is neither the first nor the last
  double distance = 0;            ///< of the farthest point above the chord, as a share of the rise; below it: negative
  std::string why_not;            ///< "flat", "no point lies above the chord", "too close to the chord"
};

/// With x and y brought to [0, 1] by the first and the last point, the knee is the inner point of largest y - x: the
/// farthest above the chord. A curve that bends upwards or is straight has none. x must ascend; for rates of neurons
/// it is ln rate. Throws Error for fewer than 3 points, for x that does not ascend, and for what is not finite.
inline Knee knee_of(const std::vector<double>& x, const std::vector<double>& y, const KneeOptions& options = {}) {
  if (x.size() != y.size() || x.size() < 3)
    throw error("a knee needs at least 3 points, x and y of each: there are ", x.size(), " and ", y.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]) || !std::isfinite(y[i]) || (i > 0 && !(x[i] > x[i - 1])))
      throw error("the points of a curve must be finite and ascend: point ", i, " is (", x[i], ", ", y[i], ")");
  const double rise = y.back() - y.front(), width = x.back() - x.front();
  if (!(rise >= options.least_rise)) return {{}, 0, "flat"};
  Knee knee;
  std::size_t farthest = 1;
  const auto above = [&](std::size_t i) { return (y[i] - y.front()) / rise - (x[i] - x.front()) / width; };
  for (std::size_t i = 2; i + 1 < x.size(); ++i)
    if (above(i) > above(farthest)) farthest = i;
  knee.distance = above(farthest);
  if (knee.distance <= 0)
    knee.why_not = "no point lies above the chord";
  else if (knee.distance < options.least_distance)
    knee.why_not = "too close to the chord";
  else
    knee.at = farthest;
  return knee;
}

}  // namespace neuroglot
