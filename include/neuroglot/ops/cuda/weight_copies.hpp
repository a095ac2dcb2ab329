/// Weights on their way to the device while it computes with others: from pinned memory, on a stream of their own.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "neuroglot/ops/cuda/memory.hpp"
#include "neuroglot/ops/cuda/weight.hpp"

namespace neuroglot::cuda {

/// In turns: prepare, rows are set by any thread, send, arrive; recycle what is not used any more. All but the setting
/// of rows is for the thread that asks the compute stream for work. Memory goes from one weight to the next of the same
/// size: allocating on a device makes it stop.
class WeightCopies {
 public:
  WeightCopies(Stream compute, WeightType type)
      : compute_(compute), type_(type), copies_(make_stream()), last_use_(make_event()) {}
  WeightCopies(WeightCopies&& other) noexcept
      : compute_(other.compute_),
        type_(other.type_),
        copies_(std::exchange(other.copies_, nullptr)),
        last_use_(std::exchange(other.last_use_, nullptr)) {}
  WeightCopies& operator=(WeightCopies&&) = delete;
  ~WeightCopies() {
    if (copies_ == nullptr) return;
    destroy(copies_);
    destroy(last_use_);
  }

  void prepare(DeviceWeight& weight) {
    const std::size_t bytes = weight.bytes_as(type_);
    weight.keep_for_sending(type_, taken(pinned_, bytes, pinned_buffer), taken(device_, bytes, device_buffer));
  }
  void prepare(DeviceVector&) {}

  /// The rows are there: the copy begins when the last work has been done that may read what was recycled.
  void send(DeviceWeight& weight) {
    wait_for(copies_, last_use_);
    weight.send(copies_);
  }
  void send(DeviceVector& vector) {
    if (vector.empty()) return;
    wait_for(copies_, last_use_);
    vector.send(copies_, taken(device_, vector.size() * sizeof(float), device_buffer));
  }

  /// Waits until all that was sent is there, of which these were a part: their pinned memory is free.
  void arrive() { wait_for(copies_); }
  void arrived(DeviceWeight& weight) { pinned_.push_back(weight.give_staging()); }
  void arrived(DeviceVector&) {}

  /// What has been asked of the compute stream so far is the last that uses these.
  void last_use() { record(last_use_, compute_); }
  template <class Weight>
  void recycle(Weight& weight) {
    Buffer memory = weight.give_memory();
    if (memory.bytes() > 0) device_.push_back(std::move(memory));
  }

 private:
  /// Of that size, out of the spare ones where there is one.
  static Buffer taken(std::vector<Buffer>& spare, std::size_t bytes, Buffer (*make)(std::size_t)) {
    for (Buffer& buffer : spare)
      if (buffer.bytes() == bytes) {
        std::swap(buffer, spare.back());
        Buffer result = std::move(spare.back());
        spare.pop_back();
        return result;
      }
    return make(bytes);
  }

  Stream compute_;
  WeightType type_;
  Stream copies_;
  Event last_use_;  // of what was recycled; nothing yet: happened
  std::vector<Buffer> pinned_, device_;
};

}  // namespace neuroglot::cuda
