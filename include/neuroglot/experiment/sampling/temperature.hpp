/// Sharpens or flattens the distribution: score / temperature. (TemperatureLogitsWarper in Hugging Face)
#pragma once

#include <span>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/sampling/scores.hpp"

namespace neuroglot {

class Temperature {
 public:
  /// Throws UsageError unless temperature > 0 (greedy choice is a policy of its own); 1 changes nothing.
  explicit Temperature(double temperature = 1) : temperature_(static_cast<float>(temperature)) {
    if (!(temperature_ > 0)) throw usage_error("a temperature of ", temperature, ": must be above 0");
  }

  bool changes_nothing() const { return temperature_ == 1; }

  void operator()(std::span<float> scores, std::span<const TokenId>) const {
    for (float& score : scores) score /= temperature_;
  }

 private:
  float temperature_;
};

}  // namespace neuroglot
