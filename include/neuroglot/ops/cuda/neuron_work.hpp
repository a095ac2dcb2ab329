/// What hooks ask of neurons whose activation is still to be computed: as long as that is zeros, and then one count,
/// one kernel can do all of it in one walk. (kernels/gated_activation.hpp)
#pragma once

#include <cstdint>
#include <optional>
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

  /// False where the kernel could not do this in its order.
  bool take(std::span<const ColumnEdit> edits) {
    for (const ColumnEdit& edit : edits)
      if (edit.adds || edit.value != 0 || count_) return false;
    for (const ColumnEdit& edit : edits) off_.push_back(edit);
    return true;
  }
  bool take(std::span<const std::int32_t> offsets, const NeuronTotals& totals) {
    if (count_ || offsets.size() < 2 || offsets.front() != 0 || offsets.back() != neurons_.rows) return false;
    count_ = Counted{{offsets.begin(), offsets.end()}, totals};
    return true;
  }

  struct Counted {
    std::vector<std::int32_t> offsets;
    NeuronTotals totals;
  };
  const std::vector<ColumnEdit>& off() const { return off_; }
  const std::optional<Counted>& count() const { return count_; }

  /// neurons = f(neurons) * up with all that was asked for, in one walk; an up without data is 1.
  template <class F>
  void run(Stream stream, Workspace& workspace, Staging& staging, F f, MatrixView<const float> up) const {
    const Workspace::Scope scope(workspace);
    AtNeurons at;
    if (!off_.empty()) {
      std::vector<unsigned char> mask(static_cast<std::size_t>(neurons_.cols));
      for (const ColumnEdit& edit : off_) mask[static_cast<std::size_t>(edit.column)] = 1;
      at.off = staging.up(stream, workspace, std::span<const unsigned char>(mask));
    }
    if (!count_) return gated_activation<F, float>(stream, f, rows_of(neurons_), rows_of(up), 0, at);
    const auto sequences = static_cast<int>(count_->offsets.size()) - 1;
    at.offsets = staging.up(stream, workspace, std::span<const std::int32_t>(count_->offsets));
    at.of_sequences = sums_of_sequences(workspace, sequences, neurons_.cols);
    gated_activation<F, float>(stream, f, rows_of(neurons_), rows_of(up), sequences, at);
    add_to_totals(stream, at.of_sequences, sequences, static_cast<int>(neurons_.cols), sums_of(count_->totals));
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
  MatrixView<float> neurons_;
  bool is_done_ = false;
  std::vector<ColumnEdit> off_;
  std::optional<Counted> count_;
};

}  // namespace neuroglot::cuda
