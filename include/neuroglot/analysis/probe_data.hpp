/// What a linear probe is fitted to: samples in two parts, with every feature brought to mean 0 and standard
/// deviation 1.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "neuroglot/analysis/activation_samples.hpp"
#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// A feature is a neuron, numbered through over the layers. Samples of language k weigh 1 / (K n_k), so that every
/// language counts the same however much text it has. A feature that is constant is 0 everywhere.
struct ProbeData {
  std::size_t samples = 0, features = 0, classes = 0;
  std::vector<float> x;            ///< (features, samples): feature by feature
  std::vector<std::size_t> label;  ///< (samples)
  std::vector<double> weight;      ///< (samples), in sum 1
  std::vector<float> held_out;     ///< (features, held-out samples), by the mean and deviation of the others
  std::vector<std::size_t> held_out_label;

  const float* feature(std::size_t j) const { return x.data() + j * samples; }
};

namespace detail {

struct Scale {
  double mean = 0, deviation = 0;
};

/// Weighted mean and standard deviation of a feature; a deviation of 0 where all values are the same.
inline Scale scale_of(const float* x, const std::vector<double>& weight) {
  Scale scale;
  if (std::all_of(x, x + weight.size(), [&](float value) { return value == x[0]; })) return scale;
  for (std::size_t i = 0; i < weight.size(); ++i) scale.mean += weight[i] * static_cast<double>(x[i]);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const double off = static_cast<double>(x[i]) - scale.mean;
    scale.deviation += weight[i] * off * off;
  }
  scale.deviation = std::sqrt(scale.deviation);
  return scale;
}

inline void standardise(float* x, std::size_t count, const Scale& scale) {
  for (std::size_t i = 0; i < count; ++i)
    x[i] = scale.deviation > 0 ? static_cast<float>((static_cast<double>(x[i]) - scale.mean) / scale.deviation) : 0.0F;
}

/// The samples' values (samples, features) turned over into (features, some of the samples), a tile at a time.
inline std::vector<float> by_feature(const ActivationSamples& samples, const std::vector<std::size_t>& some) {
  constexpr std::size_t tile = 64;
  const std::size_t features = samples.values.size() / samples.language.size();
  std::vector<float> turned(features * some.size());
  for (std::size_t first = 0; first < features; first += tile)
    for (std::size_t i = 0; i < some.size(); ++i)
      for (std::size_t j = first; j < std::min(first + tile, features); ++j)
        turned[j * some.size() + i] = samples.values.data()[some[i] * features + j];
  return turned;
}

}  // namespace detail

/// Of each language the last floor(held_out n_k) samples, at least one, are held out: the end of its text, since
/// neighbours are much alike. Throws Error for fewer than two languages and for a language of fewer than 5 samples.
inline ProbeData probe_data(const ActivationSamples& samples, double held_out = 0.2) {
  check(samples);
  const std::vector<std::size_t> counts = samples.counts();
  if (counts.size() < 2) throw error("the samples are of ", counts.size(), " language: a probe needs at least two");
  ProbeData data;
  data.classes = counts.size();
  std::vector<std::size_t> seen(counts.size(), 0), train, test;
  const auto kept = [&](std::size_t k) {
    return counts[k] - std::max<std::size_t>(1, static_cast<std::size_t>(held_out * static_cast<double>(counts[k])));
  };
  for (std::size_t k = 0; k < counts.size(); ++k)
    if (counts[k] < 5)
      throw error("there are ", counts[k], " samples of ", samples.languages[k],
                  ", a probe needs at least 5: record more text, or shorter samples (ng-record --sample)");
  for (std::size_t i = 0; i < samples.language.size(); ++i) {
    const auto k = static_cast<std::size_t>(samples.language[i]);
    const bool is_kept = seen[k]++ < kept(k);
    (is_kept ? train : test).push_back(i);
    (is_kept ? data.label : data.held_out_label).push_back(k);
  }
  data.samples = train.size();
  data.features = samples.values.size() / samples.language.size();
  for (const std::size_t k : data.label) data.weight.push_back(1 / static_cast<double>(data.classes * kept(k)));
  data.x = detail::by_feature(samples, train);
  data.held_out = detail::by_feature(samples, test);
  for (std::size_t j = 0; j < data.features; ++j) {
    const detail::Scale scale = detail::scale_of(data.feature(j), data.weight);
    detail::standardise(data.x.data() + j * train.size(), train.size(), scale);
    detail::standardise(data.held_out.data() + j * test.size(), test.size(), scale);
  }
  return data;
}

}  // namespace neuroglot
