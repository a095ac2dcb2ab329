/// Counts what hooks/count.hpp counts, of each sequence by itself: so that sums of sequences which different processes
/// have computed can be added up in the order that one process would have had.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/hooks/device_totals.hpp"
#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/ops/cpu/statistics.hpp"

namespace neuroglot {

/// Of the sequences of one pass.
template <class Site = site::mlp_act>
class CountSequences {
 public:
  CountSequences(Index layers, Index neurons, Threads* threads = nullptr)
      : layers_(layers), neurons_(neurons), threads_(threads) {}

  /// Before each pass: all zero.
  void begin(Index sequences) {
    const auto size = static_cast<std::size_t>(sequences * layers_ * neurons_);
    positive_.assign(size, 0);
    sum_.assign(size, 0);
    sum_of_squares_.assign(size, 0);
    on_device_.drop();
  }

  /// (sequences, layers, neurons) each; may be written, by one who has received them.
  std::vector<std::int64_t>& positive() { return fetched().positive_; }
  std::vector<double>& sum() { return fetched().sum_; }
  std::vector<double>& sum_of_squares() { return fetched().sum_of_squares_; }

  /// Adds the sequences to totals (layers, neurons), one after the other: the bits of a Count that has heard them.
  void add_to(std::int64_t* positive, double* sum, double* sum_of_squares) {
    fetched();
    const auto neurons = static_cast<std::size_t>(layers_ * neurons_);
    for (std::size_t first = 0; first < sum_.size(); first += neurons)
      for (std::size_t i = 0; i < neurons; ++i) {
        positive[i] += positive_[first + i];
        sum[i] += sum_[first + i];
        sum_of_squares[i] += sum_of_squares_[first + i];
      }
  }

  void operator()(Site, const Place& place, ConstMatrixRef activations /* (tokens, neurons) */) {
    for (Index s = 0; s < place.batch.sequences(); ++s) {
      const Index at = first_neuron(place, activations.cols(), s);
      cpu::accumulate_statistics(threads_, place.rows_of(s, activations), positive_.data() + at, sum_.data() + at,
                                 sum_of_squares_.data() + at);
    }
  }

  void operator()(Site, const Place& place, DeviceView& activations) {
    Device& device = activations.device();
    if (!on_device_.lies_on(device)) on_device_.start(device, positive_, sum_, sum_of_squares_);
    for (Index s = 0; s < place.batch.sequences(); ++s) {
      const auto [first, last] = place.rows_of(s);
      const std::vector<std::int32_t> rows{static_cast<std::int32_t>(first), static_cast<std::int32_t>(last)};
      activations.accumulate_statistics(rows, on_device_.from(first_neuron(place, activations.cols(), s)));
    }
  }

 private:
  /// Of a layer of sequence s. Throws Error where the model or the batch is not of the size that was begun with.
  Index first_neuron(const Place& place, Index width, Index s) const {
    if (place.experts * width != neurons_ || place.layer >= layers_ ||
        place.batch.sequences() * layers_ * neurons_ != static_cast<Index>(sum_.size()))
      throw error("counts of ", sum_.size(), " neurons were begun for ", layers_, " layers of ", neurons_,
                  ", but layer ", place.layer, " of ", place.batch.sequences(), " sequences has ",
                  place.experts * width);
    return (s * layers_ + place.layer) * neurons_ + std::max<Index>(0, place.expert) * width;
  }
  /// This, once what was added up on a device has come to the host.
  CountSequences& fetched() {
    if (!on_device_.empty()) on_device_.fetch(positive_, sum_, sum_of_squares_);
    on_device_.drop();
    return *this;
  }

  Index layers_, neurons_;
  Threads* threads_;
  std::vector<std::int64_t> positive_;
  std::vector<double> sum_, sum_of_squares_;
  DeviceTotals on_device_;
};

}  // namespace neuroglot
