/// Counts how often neurons are active, and sums their values and squares: what a recording keeps. (Tang et al. 2024,
/// section 2)
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/hooks/device_totals.hpp"
#include "neuroglot/hooks/device_view.hpp"
#include "neuroglot/hooks/place.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/ops/cpu/statistics.hpp"

namespace neuroglot {

/// Totals over all rows heard so far; of an expert's neurons over the rows that were routed to it. They are added up
/// sequence by sequence, in order: their bits do not depend on how sequences are packed into batches, nor on the number
/// of threads, nor on whether they are added up on the host or on a device (which must outlive this).
template <class Site = site::mlp_act>
class Count {
  static_assert(Site::per_layer && !std::is_same_v<Site, site::attn_scores> &&
                    !std::is_same_v<Site, site::attn_pattern>,
                "neurons are counted at sites that every block has and that have a row a token");

 public:
  /// Hears every layer of a model with so many layers and neurons a layer; with a team of threads, columns are shared
  /// out.
  Count(Index layers, Index neurons, Threads* threads = nullptr)
      : neurons_(neurons),
        threads_(threads),
        positive_(static_cast<std::size_t>(layers * neurons), 0),
        sum_(positive_.size(), 0),
        sum_of_squares_(positive_.size(), 0) {}

  /// (layers, neurons): positions with a value > 0
  const std::vector<std::int64_t>& positive() const { return fetched().positive_; }
  const std::vector<double>& sum() const { return fetched().sum_; }                        ///< (layers, neurons)
  const std::vector<double>& sum_of_squares() const { return fetched().sum_of_squares_; }  ///< (layers, neurons)

  /// Goes on from totals of an earlier run.
  void resume(std::vector<std::int64_t> positive, std::vector<double> sum, std::vector<double> sum_of_squares) {
    if (positive.size() != positive_.size() || sum.size() != sum_.size() || sum_of_squares.size() != sum_.size())
      throw error("totals of ", positive.size(), " neurons can not be gone on with for a model of ", positive_.size());
    positive_ = std::move(positive);
    sum_ = std::move(sum);
    sum_of_squares_ = std::move(sum_of_squares);
    on_device_.drop();
    is_fetched_ = true;
  }

  void operator()(Site, const Place& place, ConstMatrixRef activations /* (tokens, neurons) */) {
    const Index at = first_neuron(place, activations.cols());
    fetched();
    on_device_.drop();
    for (Index s = 0; s < place.batch.sequences(); ++s)
      cpu::accumulate_statistics(threads_, place.rows_of(s, activations), positive_.data() + at, sum_.data() + at,
                                 sum_of_squares_.data() + at);
  }

  void operator()(Site, const Place& place, DeviceView& activations) {
    const Index at = first_neuron(place, activations.cols());
    if (!on_device_.lies_on(activations.device())) {
      fetched();
      on_device_.start(activations.device(), positive_, sum_, sum_of_squares_);
    }
    std::vector<std::int32_t> offsets;
    for (Index s = 0; s < place.batch.sequences(); ++s)
      offsets.push_back(static_cast<std::int32_t>(place.rows_of(s).first));
    offsets.push_back(static_cast<std::int32_t>(activations.rows()));
    activations.accumulate_statistics(offsets, on_device_.from(at));
    is_fetched_ = false;
  }

 private:
  /// Of a layer's matrix of so many columns. Throws Error where the model is not of the size that is counted.
  Index first_neuron(const Place& place, Index width) const {
    if (place.experts * width != neurons_)
      throw error("neurons are counted at ", Site::name, " for layers of ", neurons_, ", but this layer has ",
                  place.experts * width);
    if ((place.layer + 1) * neurons_ > static_cast<Index>(sum_.size()))
      throw error("neurons are counted for ", sum_.size() / static_cast<std::size_t>(neurons_),
                  " layers, but the model has more");
    return place.layer * neurons_ + std::max<Index>(0, place.expert) * width;
  }

  /// This, once what was added up on a device has come to the host.
  const Count& fetched() const {
    if (!is_fetched_ && !on_device_.empty()) on_device_.fetch(positive_, sum_, sum_of_squares_);
    is_fetched_ = true;
    return *this;
  }

  Index neurons_;
  Threads* threads_;
  mutable std::vector<std::int64_t> positive_;
  mutable std::vector<double> sum_;
  mutable std::vector<double> sum_of_squares_;
  DeviceTotals on_device_;
  mutable bool is_fetched_ = true;
};

}  // namespace neuroglot
