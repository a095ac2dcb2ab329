/// What a hook may ask of the device that a model runs on, without knowing which it is. Programs compile hooks, another
/// file compiles backends: this is the edge between them, and the only virtual calls of a forward pass.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// What happens to a column of a matrix, in all of its rows.
struct ColumnEdit {
  Index column = 0;
  float value = 0;
  bool adds = false;  ///< the value is added to what is there; otherwise it takes its place
};

/// Totals of neurons on a device, (neurons) each.
struct NeuronTotals {
  std::int64_t* positive = nullptr;
  double* sum = nullptr;
  double* squares = nullptr;
};

/// What was copied for hooks that work on the host.
struct HostCopies {
  std::int64_t bytes = 0;
  std::int64_t copies = 0;
};

/// Matrices, totals and memory that it gives lie on the device: the host must not read them. Work is done in the order
/// in which it was asked for.
class Device {
 public:
  Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  virtual ~Device() = default;

  /// Bytes that nobody has written. Throws Error where there are not so many.
  virtual Buffer allocate(std::size_t bytes) = 0;
  /// What is copied may go as soon as this returns.
  virtual void to_device(std::span<const std::byte> from, void* to) = 0;
  /// Waits for all that was asked for before.
  virtual void to_host(const void* from, std::span<std::byte> to) = 0;

  /// A copy of a matrix on the host, until the next call of this. Waits.
  virtual MatrixView<float> show(MatrixView<const float> matrix) = 0;
  /// The matrix becomes what was shown, as somebody has changed it.
  virtual void take_back(MatrixView<const float> shown, MatrixView<float> matrix) = 0;

  /// By these two, since the device was made.
  virtual HostCopies copies() const = 0;

  /// Before a matrix is read or written by other means than the functions below: what was postponed of it (a device
  /// may wait and do several things at once) is done.
  virtual void settle(MatrixView<const float>) {}

  /// Columns change one after the other, in the order of the edits.
  virtual void edit_columns(MatrixView<float> x, std::span<const ColumnEdit> edits) = 0;
  /// Each row += values, which are as many as x has columns.
  virtual void add_to_rows(MatrixView<float> x, std::span<const float> values) = 0;
  /// See ops/statistics.hpp: adds the sequences, which begin at these rows, one after the other. The last offset is
  /// where the last sequence ends. The totals have the bits that the host would give them.
  virtual void accumulate_statistics(MatrixView<const float> x, std::span<const std::int32_t> offsets,
                                     const NeuronTotals& totals) = 0;
};

}  // namespace neuroglot
