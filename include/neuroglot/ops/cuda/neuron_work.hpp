/// What hooks ask of neurons whose activation is still to be computed: as long as that is zeros, and then a count of
/// each row, one kernel can do all of it in one walk. (kernels/gated_activation.hpp)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/activation.hpp"
#include "kernels/gated_activation.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/memory.hpp"
#include "neuroglot/ops/cuda/staging.hpp"
#include "neuroglot/ops/device.hpp"

namespace neuroglot::cuda {

/// Of one matrix (rows, neurons), for the time in which hooks are called.
class NeuronWork {
 public:
  explicit NeuronWork(MatrixView<float> neurons) : neurons_(neurons) {}

  bool is_of(const float* data) const { return !is_done_ && data == neurons_.data; }
  /// All that is asked for comes from the kernel; or the activation, and what was asked for first, has been computed.
  bool is_done() const { return is_done_; }
  void done() { is_done_ = true; }

  /// A hook's wish to count some sequences: the rows [offsets[0], offsets[1]) and so on.
  struct Counted {
    std::span<const std::int32_t> offsets;
    NeuronTotals totals;
  };

  /// False where the kernel could not do this in its order.
  bool take(std::span<const ColumnEdit> edits) {
    for (const ColumnEdit& edit : edits)
      if (edit.adds || edit.value != 0 || !counts_.empty()) return false;
    off_.insert(off_.end(), edits.begin(), edits.end());
    return true;
  }
  bool take(const Counted& count) {
    if (count.offsets.size() < 2 || count.offsets.front() != offsets_.back()) return false;
    counts_.push_back({offsets_.size() - 1, count.offsets.size() - 1, count.totals});
    offsets_.insert(offsets_.end(), count.offsets.begin() + 1, count.offsets.end());
    return true;
  }

  const std::vector<ColumnEdit>& off() const { return off_; }
  /// Calls f(Counted) for each that was taken.
  template <class F>
  void each_count(F&& f) const {
    for (const Taken& taken : counts_)
      f(Counted{std::span(offsets_).subspan(taken.first, taken.sequences + 1), taken.totals});
  }

  /// neurons = f(neurons) * up with all that was asked for, in one walk; an up without data is 1.
  template <class F>
  void run(Stream stream, Workspace& workspace, Staging& staging, F f, MatrixView<const float> up) const {
    if (neurons_.rows == 0) return;
    const Workspace::Scope scope(workspace);
    AtNeurons at;
    if (!off_.empty()) {
      std::vector<unsigned char> mask(static_cast<std::size_t>(neurons_.cols));
      for (const ColumnEdit& edit : off_) mask[static_cast<std::size_t>(edit.column)] = 1;
      at.off = staging.up(stream, workspace, std::span<const unsigned char>(mask));
    }
    if (counts_.empty()) return gated_activation<F, float>(stream, f, rows_of(neurons_), rows_of(up), 0, at);
    std::vector<std::int32_t> offsets = offsets_;
    offsets.push_back(static_cast<std::int32_t>(neurons_.rows));  // nobody counts the rest, if there is one
    const auto sequences = static_cast<int>(offsets.size()) - 1;
    at.offsets = staging.up(stream, workspace, std::span<const std::int32_t>(offsets));
    at.of_sequences = sums_of_sequences(workspace, sequences, neurons_.cols);
    gated_activation<F, float>(stream, f, rows_of(neurons_), rows_of(up), sequences, at);
    for (const Taken& taken : counts_)
      add_to_totals(stream, from(at.of_sequences, static_cast<Index>(taken.first) * neurons_.cols),
                    static_cast<int>(taken.sequences), static_cast<int>(neurons_.cols), sums_of(taken.totals));
  }

  /// Scratch of accumulate_statistics and of gated_activation.
  static Sums sums_of_sequences(Workspace& workspace, Index sequences, Index neurons) {
    return {workspace.matrix<long long>(sequences, neurons).data, workspace.matrix<double>(sequences, neurons).data,
            workspace.matrix<double>(sequences, neurons).data};
  }
  static Sums sums_of(const NeuronTotals& totals) {
    static_assert(sizeof(long long) == sizeof(std::int64_t));
    return {static_cast<long long*>(static_cast<void*>(totals.positive)), totals.sum, totals.squares};
  }

 private:
  struct Taken {
    std::size_t first, sequences;  // of offsets_
    NeuronTotals totals;
  };

  static Sums from(const Sums& sums, Index first) {
    return {sums.positive + first, sums.sum + first, sums.squares + first};
  }

  MatrixView<float> neurons_;
  bool is_done_ = false;
  std::vector<ColumnEdit> off_;
  std::vector<std::int32_t> offsets_ = {0};  // of all sequences that are counted
  std::vector<Taken> counts_;
};

}  // namespace neuroglot::cuda
