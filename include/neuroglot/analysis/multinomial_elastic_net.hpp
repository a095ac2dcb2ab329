/// Multinomial logistic regression with an elastic-net penalty, along a path of penalties. (Friedman, Hastie and
/// Tibshirani 2010, "Regularization Paths for Generalized Linear Models via Coordinate Descent", section 4)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "neuroglot/analysis/class_model.hpp"
#include "neuroglot/analysis/probe_data.hpp"

namespace neuroglot {

struct ElasticNetOptions {
  double l1_ratio = 0.5;  ///< alpha, above 0 up to 1: 1 is the lasso
  int passes = 1000;      ///< over the classes, at most, for one penalty
};

/// Minimises over weights W (features, classes) and intercepts b
///     sum_i v_i -ln softmax(b + W' x_i)[y_i] + lambda (alpha sum |W| + (1 - alpha) / 2 sum W^2),
/// class by class: a quadratic model of the loss in the weights of one class at the point reached, minimised by
/// coordinate descent, then a step towards its minimum that is halved until the objective falls. Features enter by the
/// strong rule (Tibshirani et al. 2012); those that it leaves out are checked afterwards.
class MultinomialElasticNet {
 public:
  explicit MultinomialElasticNet(const ProbeData& data, const ElasticNetOptions& options = {})
      : data_(data),
        options_(options),
        weights_(data.features * data.classes, 0.0),
        intercepts_(data.classes, 0.0),
        logits_(data.classes * data.samples, 0.0),
        residual_(logits_.size()),
        gradient_(weights_.size()) {
    take_gradient();
    for (const double value : gradient_) lambda_ = std::max(lambda_, std::abs(value) / options.l1_ratio);
    largest_ = lambda_;
  }

  double largest_lambda() const { return largest_; }  ///< at which all weights are still 0
  double weight(std::size_t feature, std::size_t k) const { return weights_[feature * data_.classes + k]; }
  const std::vector<double>& intercepts() const { return intercepts_; }

  /// Goes on from the last fit to a smaller penalty, or to the same with a smaller tolerance: a pass that changes no
  /// weight of a standardised feature by more is the last.
  void fit(double lambda, double tolerance) {
    tolerance_ = tolerance;
    const double enter = options_.l1_ratio * (2 * lambda - lambda_);
    lambda_ = lambda;
    std::vector<char> is_in(data_.features, 0);
    for (double bar = enter;; bar = options_.l1_ratio * lambda * (1 + 1e-9)) {
      std::vector<std::size_t> in;
      bool grown = false;
      for (std::size_t j = 0; j < data_.features; ++j) {
        const bool was_in = is_in[j] != 0;
        if (!was_in && is_wanted(j, bar)) is_in[j] = grown = true;
        if (is_in[j]) in.push_back(j);
      }
      if (!grown && bar != enter) return;
      descend(in);
      take_gradient();
    }
  }

  /// The share of held-out samples whose language has the largest logit.
  double held_out_accuracy() const {
    const std::size_t n = data_.held_out_label.size();
    std::vector<double> logits(n * data_.classes);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < data_.classes; ++k) logits[i * data_.classes + k] = intercepts_[k];
    for (std::size_t j = 0; j < data_.features; ++j)
      for (std::size_t k = 0; k < data_.classes; ++k)
        for (std::size_t i = 0; weight(j, k) != 0 && i < n; ++i)
          logits[i * data_.classes + k] += weight(j, k) * static_cast<double>(data_.held_out[j * n + i]);
    std::size_t right = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const auto first = logits.begin() + static_cast<std::ptrdiff_t>(i * data_.classes);
      const auto best = std::max_element(first, first + static_cast<std::ptrdiff_t>(data_.classes)) - first;
      right += static_cast<std::size_t>(best) == data_.held_out_label[i] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(n);
  }

 private:
  bool is_wanted(std::size_t j, double bar) const {
    for (std::size_t k = 0; k < data_.classes; ++k)
      if (weight(j, k) != 0 || std::abs(gradient_[j * data_.classes + k]) > bar) return true;
    return false;
  }

  /// residual_ (classes, samples) = v (y - probability); returns the loss.
  double take_residual() {
    const std::size_t n = data_.samples;
    double loss = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double most = logits_[i], sum = 0;
      for (std::size_t k = 1; k < data_.classes; ++k) most = std::max(most, logits_[k * n + i]);
      for (std::size_t k = 0; k < data_.classes; ++k) sum += residual_[k * n + i] = std::exp(logits_[k * n + i] - most);
      for (std::size_t k = 0; k < data_.classes; ++k) {
        const double y = data_.label[i] == k ? 1 : 0;
        residual_[k * n + i] = data_.weight[i] * (y - residual_[k * n + i] / sum);
      }
      loss += data_.weight[i] * (most + std::log(sum) - logits_[data_.label[i] * n + i]);
    }
    return loss;
  }

  /// Of minus the loss, by every weight.
  void take_gradient() {
    take_residual();
    for (std::size_t j = 0; j < data_.features; ++j)
      for (std::size_t k = 0; k < data_.classes; ++k)
        gradient_[j * data_.classes + k] = detail::dot(data_.feature(j), &residual_[k * data_.samples], data_.samples);
  }

  double penalty(double weight) const {
    return lambda_ * (options_.l1_ratio * std::abs(weight) + (1 - options_.l1_ratio) / 2 * weight * weight);
  }

  void descend(const std::vector<std::size_t>& in) {
    for (int pass = 0; pass < options_.passes; ++pass) {
      double largest = 0;
      for (std::size_t k = 0; k < data_.classes; ++k) largest = std::max(largest, step(in, k));
      if (largest <= tolerance_) return;
    }
  }

  /// One class's weights by one Newton step; returns the largest change of a weight.
  double step(const std::vector<std::size_t>& in, std::size_t k) {
    const double before = take_residual();
    detail::ClassModel model = model_of(in, k);
    for (int sweep = 0; sweep < 100; ++sweep)
      if (model.sweep(lambda_, options_.l1_ratio, sweep > 0) <= tolerance_ / 2) break;
    const std::size_t n = data_.samples;
    const std::vector<double> logits(logits_.begin() + static_cast<std::ptrdiff_t>(k * n),
                                     logits_.begin() + static_cast<std::ptrdiff_t>((k + 1) * n));
    for (double length = 1; length > 1e-9; length /= 2) {
      double difference = 0, largest = std::abs(length * model.intercept);
      for (std::size_t a = 0; a < in.size(); ++a) {
        const double old = weight(in[a], k),
                     to = length == 1 ? model.weights[a] : old + length * (model.weights[a] - old);
        difference += penalty(to) - penalty(old);
        largest = std::max(largest, std::abs(to - old));
      }
      for (std::size_t i = 0; i < n; ++i) logits_[k * n + i] = logits[i] + length * model.change[i];
      if (take_residual() + difference > before + 1e-14 * std::max(1.0, before)) continue;
      for (std::size_t a = 0; a < in.size(); ++a) {
        double& own = weights_[in[a] * data_.classes + k];
        own = length == 1 ? model.weights[a] : own + length * (model.weights[a] - own);
      }
      intercepts_[k] += length * model.intercept;
      return largest;
    }
    std::copy(logits.begin(), logits.end(), logits_.begin() + static_cast<std::ptrdiff_t>(k * n));
    return 0;
  }

  detail::ClassModel model_of(const std::vector<std::size_t>& in, std::size_t k) const {
    detail::ClassModel model(data_, in);
    for (std::size_t i = 0; i < data_.samples; ++i) {
      const double y = data_.label[i] == k ? 1 : 0, v = data_.weight[i], residual = residual_[k * data_.samples + i];
      const double p = y - residual / v;
      model.add_sample(v * std::max(p * (1 - p), 1e-5), residual);  // the floor of Friedman et al., section 3
    }
    for (const std::size_t j : in) model.add_weight(weight(j, k));
    return model;
  }

  const ProbeData& data_;
  ElasticNetOptions options_;
  double lambda_ = 0, largest_ = 0, tolerance_ = 0;
  std::vector<double> weights_, intercepts_;  // (features, classes), (classes)
  std::vector<double> logits_, residual_;     // (classes, samples)
  std::vector<double> gradient_;              // (features, classes): of minus the loss
};

}  // namespace neuroglot
