/// A site's matrix that lies on a device, on its way from hook to hook: those who can work there do, for the others it
/// comes to the host, and goes back if they have changed it.
#pragma once

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/device.hpp"

namespace neuroglot {

/// Copies lazily, and each way once at most between two changes: hooks that only read share one copy down, and none of
/// them causes one up.
class DeviceView {
 public:
  DeviceView(Device& device, MatrixView<float> matrix) : device_(device), matrix_(matrix) {}
  DeviceView(const DeviceView&) = delete;
  DeviceView& operator=(const DeviceView&) = delete;

  Index rows() const { return matrix_.rows; }
  Index cols() const { return matrix_.cols; }
  Device& device() const { return device_; }

  /// See Device: these two may be done later, with others, and are done first of all where something else is asked for.
  void edit_columns(std::span<const ColumnEdit> edits) {
    finish();
    is_shown_ = false;
    device_.edit_columns(matrix_, edits);
  }
  void accumulate_statistics(std::span<const std::int32_t> offsets, const NeuronTotals& totals) {
    finish();
    device_.accumulate_statistics(matrix_, offsets, totals);
  }

  /// On the device, to be read there.
  MatrixView<const float> read() {
    finish();
    device_.settle(matrix_);
    return matrix_;
  }
  /// On the device, to be changed there.
  MatrixView<float> write() {
    read();
    is_shown_ = false;
    return matrix_;
  }
  MatrixView<const float> read_on_host() {
    if (!is_shown_) {
      device_.settle(matrix_);
      shown_ = device_.show(matrix_);
    }
    is_shown_ = true;
    return shown_;
  }
  MatrixView<float> write_on_host() {
    read_on_host();
    changed_on_host_ = true;
    return shown_;
  }
  /// After the last hook: what was changed on the host goes back.
  void finish() {
    if (changed_on_host_) device_.take_back(shown_, matrix_);
    changed_on_host_ = false;
  }

 private:
  Device& device_;
  MatrixView<float> matrix_, shown_{};
  bool is_shown_ = false, changed_on_host_ = false;
};

}  // namespace neuroglot
