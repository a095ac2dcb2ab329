/// Memory of the device: buffers, matrices, and copies to and fro.
#pragma once

#include <cstddef>

#include "kernels/rows.hpp"
#include "kernels/runtime.hpp"
#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot::cuda {

/// Bytes that nobody has written. Throws Error where the device has not so many.
inline Buffer device_buffer(std::size_t bytes) {
  if (bytes == 0) return {};
  void* const data = allocate(bytes);
  if (data == nullptr) throw error("out of device memory: ", bytes, " bytes more are needed");
  return {data, bytes, [](void* memory) { release(memory); }};
}

/// Memory of the host that the device can copy from and to while the host does something else. Throws Error.
inline Buffer pinned_buffer(std::size_t bytes) {
  void* const data = allocate_pinned(bytes);
  if (data == nullptr) throw error("out of memory: ", bytes, " bytes could not be pinned");
  return {data, bytes, [](void* memory) { release_pinned(memory); }};
}

/// A view of device memory as kernels take it.
template <class T>
Rows<T> rows_of(MatrixView<T> m) {
  return {m.data, static_cast<int>(m.rows), static_cast<int>(m.cols), m.stride};
}

/// Copies between any two of device and host. The host's memory must stay until the stream has come past this.
template <class T>
void copy_rows(Stream stream, MatrixView<const T> from, MatrixView<T> to) {
  if (from.rows == 0 || from.cols == 0) return;
  const auto bytes = [](Index elements) { return static_cast<std::size_t>(elements) * sizeof(T); };
  copy_rows_of_bytes(stream, from.data, bytes(from.stride), to.data, bytes(to.stride), bytes(from.cols),
                     static_cast<std::size_t>(from.rows));
}

/// A matrix on the device that owns its elements, all zero at first; view() must not be read on the host.
class DeviceMatrix {
 public:
  DeviceMatrix() = default;
  DeviceMatrix(Index rows, Index cols)
      : rows_(rows), cols_(cols), memory_(device_buffer(static_cast<std::size_t>(rows * cols) * sizeof(float))) {
    if (memory_.bytes() > 0) clear_bytes(nullptr, memory_.data(), memory_.bytes());
  }

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  MatrixView<float> view() { return {static_cast<float*>(memory_.data()), rows_, cols_}; }
  MatrixView<const float> view() const { return {static_cast<const float*>(memory_.data()), rows_, cols_}; }
  /// A copy on the host. Waits for all that was launched before.
  Matrix<float> on_host() const {
    Matrix<float> result(rows_, cols_);
    wait_for_device();
    copy_rows<float>(nullptr, view(), result.view());
    wait_for(Stream{});
    return result;
  }

 private:
  Index rows_ = 0, cols_ = 0;
  Buffer memory_;
};

}  // namespace neuroglot::cuda
