/// How far a mean over blocks of text would move with other blocks: percentile intervals of the bootstrap. (Efron and
/// Tibshirani 1993, chapter 13)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

struct BootstrapOptions {
  std::size_t samples = 1000;
  double level = 0.95;  ///< share of the samples that an interval holds
  std::uint64_t seed = 1;
};

struct Interval {
  double low = 0;
  double high = 0;
};

/// The q-quantile between order statistics, linearly: at (n - 1) q of the sorted values, from 0. (Hyndman and Fan 1996,
/// definition 7)
inline double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= values.size()) return values.back();
  return values[below] + (at - static_cast<double>(below)) * (values[below + 1] - values[below]);
}

/// Of a statistic's value in each sample: what lies between its (1 - level) / 2 and (1 + level) / 2 quantiles.
inline Interval percentile_interval(const std::vector<double>& values, double level) {
  return {quantile(values, (1 - level) / 2), quantile(values, (1 + level) / 2)};
}

/// One drawing of so many blocks with replacement, `samples` times. Means taken from the same Bootstrap are paired:
/// sample b holds the same blocks in each, so that what blocks have in common leaves their difference.
class Bootstrap {
 public:
  explicit Bootstrap(std::size_t blocks, const BootstrapOptions& options = {})
      : blocks_(blocks), options_(options), drawn_(options.samples * blocks) {
    if (blocks == 0) throw error("the bootstrap needs at least one block");
    std::mt19937_64 random(options.seed);
    // only the generator's raw output is used, as the standard leaves what distributions make of it to the library
    for (std::size_t& block : drawn_) block = random() % blocks;
  }

  /// The mean over the blocks of each sample.
  std::vector<double> means(std::span<const double> of_blocks) const {
    if (of_blocks.size() != blocks_) throw error(of_blocks.size(), " blocks are resampled as ", blocks_);
    std::vector<double> means(options_.samples);
    for (std::size_t b = 0; b < means.size(); ++b) {
      double sum = 0;
      for (std::size_t i = 0; i < blocks_; ++i) sum += of_blocks[drawn_[b * blocks_ + i]];
      means[b] = sum / static_cast<double>(blocks_);
    }
    return means;
  }

  Interval interval(const std::vector<double>& values) const { return percentile_interval(values, options_.level); }

  const BootstrapOptions& options() const { return options_; }

 private:
  std::size_t blocks_;
  BootstrapOptions options_;
  std::vector<std::size_t> drawn_;  // (samples, blocks)
};

}  // namespace neuroglot
