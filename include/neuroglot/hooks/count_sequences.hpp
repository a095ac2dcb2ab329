/// Counts what hooks/count.hpp counts, of each sequence by itself: so that sums of sequences which different processes
/// have computed can be added up in the order that one process would have had.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/threads.hpp"
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
  }

  /// (sequences, layers, neurons) each; may be written, by one who has received them.
  std::vector<std::int64_t>& positive() { return positive_; }
  std::vector<double>& sum() { return sum_; }
  std::vector<double>& sum_of_squares() { return sum_of_squares_; }

  /// Adds the sequences to totals (layers, neurons), one after the other: the bits of a Count that has heard them.
  void add_to(std::int64_t* positive, double* sum, double* sum_of_squares) const {
    const auto neurons = static_cast<std::size_t>(layers_ * neurons_);
    for (std::size_t i = 0; i < sum_.size(); ++i) {
      positive[i % neurons] += positive_[i];
      sum[i % neurons] += sum_[i];
      sum_of_squares[i % neurons] += sum_of_squares_[i];
    }
  }

  void operator()(Site, const Place& place, ConstMatrixRef activations /* (tokens, neurons) */) {
    const Index width = activations.cols(), sequences = place.batch.sequences();
    if (place.experts * width != neurons_ || place.layer >= layers_ ||
        sequences * layers_ * neurons_ != static_cast<Index>(sum_.size()))
      throw error("counts of ", sum_.size(), " neurons were begun for ", layers_, " layers of ", neurons_,
                  ", but layer ", place.layer, " of ", sequences, " sequences has ", place.experts * width);
    for (Index s = 0; s < sequences; ++s) {
      const auto [first, last] = place.rows_of(s);
      const Index at = (s * layers_ + place.layer) * neurons_ + std::max<Index>(0, place.expert) * width;
      const MatrixView<const float> rows(activations.data() + first * activations.outerStride(), last - first, width,
                                         activations.outerStride());
      cpu::accumulate_statistics(threads_, rows, positive_.data() + at, sum_.data() + at, sum_of_squares_.data() + at);
    }
  }

 private:
  Index layers_, neurons_;
  Threads* threads_;
  std::vector<std::int64_t> positive_;
  std::vector<double> sum_, sum_of_squares_;
};

}  // namespace neuroglot
