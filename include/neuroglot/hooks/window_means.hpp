/// The mean activation of each neuron and its share of positive ones, window of tokens by window: samples for a probe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/ops/cpu/statistics.hpp"

namespace neuroglot {

/// Holds the windows of one pass; those of a sequence depend on that sequence alone, so that their bits are the same
/// for any batch and any number of threads. Sequences must be whole windows.
template <class Site = site::mlp_act>
class WindowMeans {
 public:
  /// Windows of `window` tokens; 0: hears nothing.
  WindowMeans(Index layers, Index neurons, Index window, Threads* threads = nullptr)
      : layers_(layers), neurons_(neurons), window_(window), threads_(threads) {}

  bool listens(Site, Index) const { return window_ > 0; }
  Index window() const { return window_; }

  /// (windows of the pass, layers, neurons), windows in the order of the batch.
  const std::vector<float>& mean() const { return mean_; }
  const std::vector<float>& active() const { return active_; }
  /// In place of a pass of its own: what another process has heard in one.
  void hold(std::vector<float> mean, std::vector<float> active) {
    mean_ = std::move(mean);
    active_ = std::move(active);
  }

  /// Throws Error for a mixture of experts, where a window's neurons see a part of its tokens, or none.
  void operator()(Site, const Place& place, ConstMatrixRef activations /* (tokens, neurons) */) {
    if (place.experts > 1) throw error("samples of models with experts are not recorded: record without --samples");
    const Index windows = activations.rows() / window_;
    const auto size = static_cast<std::size_t>(windows * layers_ * neurons_);
    mean_.resize(size);
    active_.resize(size);
    for (Index s = 0, at = 0; s < place.batch.sequences(); ++s) {
      const auto [first, last] = place.rows_of(s);
      for (Index row = first; row + window_ <= last; row += window_, ++at)
        add({activations.data() + row * activations.outerStride(), window_, neurons_, activations.outerStride()},
            (at * layers_ + place.layer) * neurons_);
    }
  }

 private:
  void add(MatrixView<const float> rows, Index at) {
    const auto width = static_cast<std::size_t>(neurons_);
    positive_.assign(width, 0);
    sum_.assign(width, 0);
    squares_.assign(width, 0);
    cpu::accumulate_statistics(threads_, rows, positive_.data(), sum_.data(), squares_.data());
    const auto tokens = static_cast<double>(window_);
    for (std::size_t i = 0; i < width; ++i) {
      mean_[static_cast<std::size_t>(at) + i] = static_cast<float>(sum_[i] / tokens);
      active_[static_cast<std::size_t>(at) + i] = static_cast<float>(static_cast<double>(positive_[i]) / tokens);
    }
  }

  Index layers_, neurons_, window_;
  Threads* threads_;
  std::vector<float> mean_, active_;
  std::vector<std::int64_t> positive_;
  std::vector<double> sum_, squares_;
};

}  // namespace neuroglot
