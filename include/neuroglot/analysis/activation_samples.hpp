/// Samples of activations: one row of neurons for each window of text, with its language. What a probe learns from,
/// where totals over a language are not enough.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include <xtensor/xtensor.hpp>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

struct ActivationSamples {
  std::vector<std::string> languages;
  std::vector<std::int64_t> language;  ///< (samples): which of them, all samples of a language in the order of its text
  xt::xtensor<float, 3> values;        ///< (samples, layers, neurons): of a window, its mean or its share of positives

  Index layers() const { return static_cast<Index>(values.shape(1)); }
  Index neurons() const { return static_cast<Index>(values.shape(2)); }

  /// (languages): how many samples each has.
  std::vector<std::size_t> counts() const {
    std::vector<std::size_t> of(languages.size(), 0);
    for (const std::int64_t k : language) ++of[static_cast<std::size_t>(k)];
    return of;
  }
};

/// Throws Error where a sample is of no language, the numbers of samples disagree, or a value is not finite.
inline void check(const ActivationSamples& samples) {
  if (samples.language.size() != samples.values.shape(0))
    throw error("there are ", samples.values.shape(0), " samples, and the languages of ", samples.language.size());
  for (const std::int64_t k : samples.language)
    if (k < 0 || k >= static_cast<std::int64_t>(samples.languages.size()))
      throw error("a sample is of language number ", k, ", but there are ", samples.languages.size());
  for (const float value : samples.values)
    if (!std::isfinite(value)) throw error("the samples hold a value that is not finite");
}

}  // namespace neuroglot
