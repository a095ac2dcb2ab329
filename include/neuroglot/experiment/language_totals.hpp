/// The totals of one language while it is recorded, round by round: by one process, or by several that share the
/// rounds. windows[i] hears batch i of a round.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "neuroglot/analysis/activation_statistics.hpp"
#include "neuroglot/experiment/ranks.hpp"
#include "neuroglot/experiment/round.hpp"
#include "neuroglot/hooks/count.hpp"
#include "neuroglot/hooks/count_sequences.hpp"
#include "neuroglot/hooks/window_means.hpp"
#include "neuroglot/models/forward.hpp"

namespace neuroglot {

/// One process: the hook adds up.
template <class Site, class Model>
class TotalsAlone {
 public:
  TotalsAlone(Model& model, ActivationStatistics& statistics, std::size_t language)
      : model_(model),
        statistics_(statistics),
        language_(language),
        count_(statistics.layers(), statistics.neurons(), &model.threads()) {
    const auto part = [&](const auto& array) {
      const auto size = static_cast<std::ptrdiff_t>(count_.sum().size());
      const auto begin = array.begin() + static_cast<std::ptrdiff_t>(language) * size;
      return std::vector(begin, begin + size);
    };
    count_.resume(part(statistics.count), part(statistics.sum), part(statistics.sum_of_squares));
  }

  void run(const Round& round, std::span<WindowMeans<Site>> windows) {
    run_round<output::None>(model_, round, [&](std::size_t i) { return hooks(count_, windows[i]); });
  }

  /// Into the statistics.
  void put() {
    const auto write = [&](const auto& totals, auto& array) {
      std::ranges::copy(totals, array.begin() + static_cast<std::ptrdiff_t>(language_ * totals.size()));
    };
    write(count_.positive(), statistics_.count);
    write(count_.sum(), statistics_.sum);
    write(count_.sum_of_squares(), statistics_.sum_of_squares);
  }

 private:
  Model& model_;
  ActivationStatistics& statistics_;
  std::size_t language_;
  Count<Site> count_;
};

/// Several processes: they take rounds in turn; rank 0 adds up what they send, sequence by sequence in the order of the
/// corpus, so that the bits are those of one process. All must be handed the same rounds.
template <class Site, class Model>
class TotalsOfRanks {
 public:
  TotalsOfRanks(Model& model, ActivationStatistics& statistics, std::size_t language, Ranks& ranks)
      : model_(model), statistics_(statistics), language_(language), ranks_(ranks) {}

  void run(const Round& round, std::span<WindowMeans<Site>> windows) {
    const int whose = turn_;
    turn_ = (turn_ + 1) % ranks_.size();
    if (whose != ranks_.rank() && !ranks_.is_first()) return;
    while (counts_.size() < round.size())
      counts_.emplace_back(statistics_.layers(), statistics_.neurons(), &model_.threads());
    for (std::size_t i = 0; i < round.size(); ++i) counts_[i].begin(round[i].sequences());
    if (whose == ranks_.rank())
      run_round<output::None>(model_, round, [&](std::size_t i) { return hooks(counts_[i], windows[i]); });
    if (!ranks_.is_first()) return send(round, windows);
    if (whose != 0) receive(whose, round, windows);
    for (std::size_t i = 0; i < round.size(); ++i) add(counts_[i]);
  }

  void put() {}

 private:
  void send(const Round& round, std::span<WindowMeans<Site>> windows) {
    for (std::size_t i = 0; i < round.size(); ++i) {
      ranks_.send_values(std::span<const std::int64_t>(counts_[i].positive()));
      ranks_.send_values(std::span<const double>(counts_[i].sum()));
      ranks_.send_values(std::span<const double>(counts_[i].sum_of_squares()));
      if (windows[i].window() == 0) continue;
      ranks_.send_values(std::span<const float>(windows[i].mean()));
      ranks_.send_values(std::span<const float>(windows[i].active()));
    }
  }
  void receive(int from, const Round& round, std::span<WindowMeans<Site>> windows) {
    for (std::size_t i = 0; i < round.size(); ++i) {
      ranks_.receive_values(from, std::span(counts_[i].positive()));
      ranks_.receive_values(from, std::span(counts_[i].sum()));
      ranks_.receive_values(from, std::span(counts_[i].sum_of_squares()));
      if (windows[i].window() == 0) continue;
      const auto size = static_cast<std::size_t>(round[i].rows() / windows[i].window() * statistics_.layers() *
                                                 statistics_.neurons());
      std::vector<float> mean(size), active(size);
      ranks_.receive_values(from, std::span(mean));
      ranks_.receive_values(from, std::span(active));
      windows[i].hold(std::move(mean), std::move(active));
    }
  }
  void add(CountSequences<Site>& counts) {
    const std::size_t at = language_ * static_cast<std::size_t>(statistics_.layers() * statistics_.neurons());
    counts.add_to(statistics_.count.data() + at, statistics_.sum.data() + at, statistics_.sum_of_squares.data() + at);
  }

  Model& model_;
  ActivationStatistics& statistics_;
  std::size_t language_;
  Ranks& ranks_;
  int turn_ = 0;  // whose round comes next
  std::vector<CountSequences<Site>> counts_;
};

}  // namespace neuroglot
