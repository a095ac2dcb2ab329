/// Weights on the device: matrices in float or bf16, as published, and vectors.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "neuroglot/core/dtype.hpp"
#include "neuroglot/ops/cuda/memory.hpp"
#include "neuroglot/ops/weight_type.hpp"

namespace neuroglot::cuda {

/// (out_features, in_features), row after row, each at a multiple of 16 bytes. Rows are gathered on the host; with the
/// last of them all goes up at once.
class DeviceWeight {
 public:
  static constexpr std::size_t row_alignment = 16;

  DeviceWeight() = default;
  DeviceWeight(Index in_features, Index out_features)
      : in_features_(in_features), out_features_(out_features), state_(std::make_unique<State>()) {}

  Index in_features() const { return in_features_; }
  Index out_features() const { return out_features_; }
  WeightType type() const { return type_; }
  std::size_t bytes() const { return bytes_as(type_); }
  std::size_t bytes_as(WeightType type) const {
    return static_cast<std::size_t>(stride(type) * out_features_) * element_bytes(type);
  }

  /// Before rows are set: in which type, and on which device.
  void keep_as(WeightType type, int device = 0) {
    type_ = type;
    device_ = device;
    state_->staging = Buffer(bytes());
  }
  /// Row n of the published matrix. Several threads may set different rows at once, each row once.
  void set_row(Index n, const float* from) {
    if (type_ == WeightType::fp32)
      std::copy_n(from, in_features_, static_cast<float*>(state_->staging.data()) + n * stride(type_));
    else
      std::transform(from, from + in_features_, static_cast<bf16*>(state_->staging.data()) + n * stride(type_),
                     [](float value) { return bf16(value); });
    if (state_->rows_set.fetch_add(1) + 1 == out_features_ && !state_->sent_later) upload();
  }

  /// As keep_as, of a weight that comes while the device computes (weight_copies.hpp): rows are gathered in pinned
  /// memory and stay there until they are sent. Both buffers have bytes() of that type.
  void keep_for_sending(WeightType type, Buffer staging, Buffer memory) {
    type_ = type;
    state_->staging = std::move(staging);
    state_->memory = std::move(memory);
    state_->sent_later = true;
  }
  /// After the last row is set. The stream's work up to here has to be done before the weight is used.
  void send(Stream stream) { copy_bytes(stream, state_->staging.data(), state_->memory.data(), bytes()); }
  /// Of a weight that has been sent and has arrived; of one that nobody uses any more.
  Buffer give_staging() { return std::move(state_->staging); }
  Buffer give_memory() { return std::move(state_->memory); }

  /// Calls f with the rows [first, first + count) on the device, as Rows<const float> or Rows<const Bf16>.
  template <class F>
  void with_rows(Index first, Index count, F&& f) const {
    if (state_->memory.bytes() == 0) throw error("a weight is used of which not all rows have been set");
    const void* const data = static_cast<const std::byte*>(state_->memory.data()) +
                             static_cast<std::size_t>(first * stride(type_)) * element_bytes(type_);
    const auto part = [&]<class T>(const T* elements) {
      return Rows<const T>(elements, static_cast<int>(count), static_cast<int>(in_features_), stride(type_));
    };
    if (type_ == WeightType::fp32)
      f(part(static_cast<const float*>(data)));
    else
      f(part(static_cast<const Bf16*>(data)));
  }

 private:
  struct State {
    Buffer staging, memory;
    std::atomic<Index> rows_set = 0;
    bool sent_later = false;
  };

  /// Elements from one row to the next.
  Index stride(WeightType type) const {
    const Index in_alignment = Index{row_alignment} / static_cast<Index>(element_bytes(type));
    return (in_features_ + in_alignment - 1) / in_alignment * in_alignment;
  }
  static std::size_t element_bytes(WeightType type) { return type == WeightType::fp32 ? sizeof(float) : sizeof(bf16); }
  void upload() {
    use_device(device_);  // the thread that sets the last row may be any
    state_->memory = device_buffer(bytes());
    copy_bytes(nullptr, state_->staging.data(), state_->memory.data(), bytes());
    wait_for(Stream{});
    state_->staging = Buffer();
  }

  Index in_features_ = 0, out_features_ = 0;
  WeightType type_ = WeightType::fp32;
  int device_ = 0;
  std::unique_ptr<State> state_ = std::make_unique<State>();
};

/// A vector that is filled on the host, and goes up when it is used for the first time: it must not change after that.
class DeviceVector : public std::vector<float> {
 public:
  using std::vector<float>::vector;

  /// On the device; null of an empty one.
  const float* on_device() const {
    if (!empty() && memory_.bytes() == 0) {
      memory_ = device_buffer(size() * sizeof(float));
      copy_bytes(nullptr, data(), memory_.data(), size() * sizeof(float));
      wait_for(Stream{});
    }
    return static_cast<const float*>(memory_.data());
  }
  /// As it does at the first use, but on a stream: its work up to here has to be done before the vector is used.
  void send(Stream stream, Buffer memory) {
    memory_ = std::move(memory);
    copy_bytes(stream, data(), memory_.data(), size() * sizeof(float));
  }
  Buffer give_memory() { return std::move(memory_); }

 private:
  mutable Buffer memory_;
};

}  // namespace neuroglot::cuda
