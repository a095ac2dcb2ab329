/// A quadratic model of the loss of a linear probe in the weights of one class, minimised by coordinate descent under
/// an elastic net. (Friedman, Hastie and Tibshirani 2010, sections 2 to 4)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "neuroglot/analysis/probe_data.hpp"

namespace neuroglot {

namespace detail {

/// sum x[i] r[i] in eight running sums: an order of its own, the same on every machine. They are written out, since one
/// sum would have to wait for itself at every element.
inline double dot(const float* x, const double* r, std::size_t n) {
  double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  std::size_t i = 0;
  const auto at = [&](std::size_t j) { return static_cast<double>(x[j]) * r[j]; };
  for (; i + 8 <= n; i += 8) {
    a += at(i), b += at(i + 1), c += at(i + 2), d += at(i + 3);
    e += at(i + 4), f += at(i + 5), g += at(i + 6), h += at(i + 7);
  }
  for (; i < n; ++i) a += at(i);
  return ((a + b) + (c + d)) + ((e + f) + (g + h));
}

inline double soft_threshold(double value, double by) {
  return value > by ? value - by : value < -by ? value + by : 0;
}

/// Samples are added first, then the weights of the features that may change, in their order.
struct ClassModel {
  ClassModel(const ProbeData& of, const std::vector<std::size_t>& features)
      : data(of), in(features), change(of.samples, 0.0) {}

  /// v p (1 - p) and v (y - p) of the next sample.
  void add_sample(double own_curvature, double residual) {
    curvature.push_back(own_curvature);
    rest.push_back(residual);
  }

  void add_weight(double weight) {
    const float* const x = data.feature(in[weights.size()]);
    double sum = 0;
    for (std::size_t i = 0; i < data.samples; ++i)
      sum += curvature[i] * static_cast<double>(x[i]) * static_cast<double>(x[i]);
    of_feature.push_back(sum);
    weights.push_back(weight);
  }

  /// Each weight in turn to its minimum, with `nonzero` those alone that are not 0, then the intercept; returns the
  /// largest change.
  double sweep(double lambda, double l1_ratio, bool nonzero) {
    double largest = 0, slope = 0, curved = 0;
    for (std::size_t a = 0; a < in.size(); ++a) {
      if (nonzero && weights[a] == 0) continue;
      const float* const x = data.feature(in[a]);
      const double old = weights[a], towards = of_feature[a] * old + dot(x, rest.data(), data.samples);
      const double to = soft_threshold(towards, lambda * l1_ratio) / (of_feature[a] + lambda * (1 - l1_ratio));
      if (!std::isfinite(to) || to == old) continue;  // 0 / 0: a constant feature under the lasso
      for (std::size_t i = 0; i < data.samples; ++i) move(i, static_cast<double>(x[i]) * (to - old));
      weights[a] = to;
      largest = std::max(largest, std::abs(to - old));
    }
    for (std::size_t i = 0; i < data.samples; ++i) {
      slope += rest[i];
      curved += curvature[i];
    }
    const double by = slope / curved;
    for (std::size_t i = 0; i < data.samples; ++i) move(i, by);
    intercept += by;
    return std::max(largest, std::abs(by));
  }

  void move(std::size_t sample, double by) {
    change[sample] += by;
    rest[sample] -= curvature[sample] * by;
  }

  const ProbeData& data;
  const std::vector<std::size_t>& in;  // features
  std::vector<double> curvature;       // (samples): v p (1 - p)
  std::vector<double> rest;            // (samples): residual - curvature * change of the logits
  std::vector<double> change;          // (samples): of the logits
  std::vector<double> of_feature;      // (features in): sum of curvature x^2
  std::vector<double> weights;         // (features in)
  double intercept = 0;                // how far it has moved
};

}  // namespace detail

}  // namespace neuroglot
