/// What hooks can ask of a CUDA device.
#pragma once

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "kernels/columns.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/statistics.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/memory.hpp"
#include "neuroglot/ops/cuda/neuron_work.hpp"
#include "neuroglot/ops/cuda/staging.hpp"
#include "neuroglot/ops/device.hpp"

namespace neuroglot::cuda {

/// Queues on the stream of a backend, and takes scratch from its workspace.
class HookDevice final : public Device {
 public:
  HookDevice(Stream stream, Workspace& workspace, Staging& staging)
      : stream_(stream), workspace_(workspace), staging_(staging) {}

  HostCopies copies() const override { return copies_; }

  Buffer allocate(std::size_t bytes) override { return device_buffer(bytes); }
  void to_device(std::span<const std::byte> from, void* to) override {
    if (from.empty()) return;
    void* const pinned = staging_.take(from.size());
    std::memcpy(pinned, from.data(), from.size());
    copy_bytes(stream_, pinned, to, from.size());
  }
  void to_host(const void* from, std::span<std::byte> to) override {
    if (to.empty()) return;
    copy_bytes(stream_, from, to.data(), to.size());
    wait_for(stream_);
    staging_.reuse();
  }

  MatrixView<float> show(MatrixView<const float> matrix) override {
    const std::size_t bytes = bytes_of(matrix);
    wait_for(stream_);  // what was shown before may still be on its way back
    staging_.reuse();
    if (shown_.bytes() < bytes) shown_ = pinned_buffer(bytes);
    const MatrixView<float> here(static_cast<float*>(shown_.data()), matrix.rows, matrix.cols);
    copy_rows<float>(stream_, matrix, here);
    wait_for(stream_);
    count(bytes);
    return here;
  }
  void take_back(MatrixView<const float> shown, MatrixView<float> matrix) override {
    copy_rows<float>(stream_, shown, matrix);
    count(bytes_of(matrix));
  }

  /// neurons = f(neurons) * up, with hooks called in between by `at_neurons()`: what they ask of f(neurons) is done in
  /// the same walk where the kernel can, else by kernels of its own. An up without data is 1.
  template <class F, class Hooks>
  void activate_for_hooks(F f, MatrixView<float> neurons, MatrixView<const float> up, Hooks&& at_neurons) {
    NeuronWork work(neurons);
    {
      const Postponing postponing(*this, work,
                                  [](Stream stream, Rows<float> x) { activate<F, float>(stream, F{}, x); });
      at_neurons();
    }
    if (!work.is_done())
      work.run(stream_, workspace_, staging_, f, up);
    else if (up.data != nullptr)
      multiply<float>(stream_, rows_of(neurons), rows_of(up));
  }

  void settle(MatrixView<const float> matrix) override {
    if (work_ == nullptr || !work_->is_of(matrix.data)) return;
    work_->done();
    const MatrixView<float> neurons(const_cast<float*>(matrix.data), matrix.rows, matrix.cols, matrix.stride);
    activate_(stream_, rows_of(neurons));
    edit_columns(neurons, work_->off());
    work_->each_count([&](const auto& count) { accumulate_statistics(neurons, count.offsets, count.totals); });
  }

  void edit_columns(MatrixView<float> x, std::span<const ColumnEdit> edits) override {
    if (postpones(x.data) && work_->take(edits)) return;
    settle(x);
    const Workspace::Scope scope(workspace_);
    std::vector<ColumnChange> changes;
    std::set<Index> columns;  // of these changes; another one of the same column must wait for the next launch
    for (const ColumnEdit& edit : edits) {
      if (!columns.insert(edit.column).second) {
        launch_changes(x, changes);
        columns = {edit.column};
        changes.clear();
      }
      changes.push_back({static_cast<int>(edit.column), edit.value, edit.adds ? 1 : 0});
    }
    launch_changes(x, changes);
  }
  void add_to_rows(MatrixView<float> x, std::span<const float> values) override {
    settle(x);
    const Workspace::Scope scope(workspace_);
    const MatrixView<const float> row(staging_.up(stream_, workspace_, values), 1, x.cols);
    add(stream_, rows_of(x), rows_of(row));
  }
  void accumulate_statistics(MatrixView<const float> x, std::span<const std::int32_t> offsets,
                             const NeuronTotals& totals) override {
    if (postpones(x.data) && work_->take({offsets, totals})) return;
    settle(x);
    const Workspace::Scope scope(workspace_);
    const auto sequences = static_cast<Index>(offsets.size()) - 1;
    cuda::accumulate_statistics(
        stream_, rows_of(x), staging_.up(stream_, workspace_, offsets), static_cast<int>(sequences),
        NeuronWork::sums_of_sequences(workspace_, sequences, x.cols), NeuronWork::sums_of(totals));
  }

 private:
  using Activate = void (*)(Stream, Rows<float>);

  /// While it lives, what is asked of one matrix is postponed.
  class Postponing {
   public:
    Postponing(HookDevice& device, NeuronWork& work, Activate activate) : device_(device) {
      device_.work_ = &work;
      device_.activate_ = activate;
    }
    Postponing(const Postponing&) = delete;
    Postponing& operator=(const Postponing&) = delete;
    ~Postponing() { device_.work_ = nullptr; }

   private:
    HookDevice& device_;
  };
  bool postpones(const float* data) const { return work_ != nullptr && work_->is_of(data); }

  static std::size_t bytes_of(MatrixView<const float> m) {
    return static_cast<std::size_t>(m.rows * m.cols) * sizeof(float);
  }
  void count(std::size_t bytes) {
    copies_.bytes += static_cast<std::int64_t>(bytes);
    ++copies_.copies;
  }
  void launch_changes(MatrixView<float> x, const std::vector<ColumnChange>& changes) {
    if (changes.empty()) return;
    const ColumnChange* const there = staging_.up(stream_, workspace_, std::span(changes));
    change_columns(stream_, rows_of(x), there, static_cast<int>(changes.size()));
  }

  Stream stream_;
  Workspace& workspace_;
  Staging& staging_;
  Buffer shown_;
  HostCopies copies_;
  NeuronWork* work_ = nullptr;  // of the matrix that waits for its activation
  Activate activate_ = nullptr;
};

}  // namespace neuroglot::cuda
