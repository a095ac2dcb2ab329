/// Facts drawn with replacement, once for all pairs of languages: how often each stands in each sample. (Efron and
/// Tibshirani 1993, chapter 13)
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/bootstrap.hpp"

namespace neuroglot {

/// The samples are those of Bootstrap for as many blocks; kept is a byte a fact and sample, which lets sums over any
/// set of facts be taken for all samples at once, fact by fact.
class ResampledFacts {
 public:
  ResampledFacts(std::size_t facts, const BootstrapOptions& options)
      : options_(options), times_(facts * options.samples) {
    std::mt19937_64 random(options.seed);
    for (std::size_t b = 0; b < options.samples; ++b)
      for (std::size_t i = 0; i < facts; ++i) {
        std::uint8_t& times = times_[(random() % facts) * options.samples + b];
        if (times == std::numeric_limits<std::uint8_t>::max()) throw error("the bootstrap drew a fact 256 times");
        ++times;
      }
  }

  std::size_t samples() const { return options_.samples; }

  /// sums[b] += how often the fact is in sample b.
  void add(std::size_t fact, std::span<std::uint32_t> sums) const {
    const std::uint8_t* const times = times_.data() + fact * options_.samples;
    for (std::size_t b = 0; b < options_.samples; ++b) sums[b] += times[b];
  }

  Interval interval(const std::vector<double>& values) const { return percentile_interval(values, options_.level); }

 private:
  BootstrapOptions options_;
  std::vector<std::uint8_t> times_;  // (facts, samples)
};

}  // namespace neuroglot
