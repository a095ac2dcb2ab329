/// Totals of neurons that are added up where a model runs, and are fetched when somebody asks for them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/ops/device.hpp"

namespace neuroglot {

/// Three arrays on one device, which must outlive this.
class DeviceTotals {
 public:
  bool empty() const { return device_ == nullptr; }
  bool lies_on(const Device& device) const { return device_ == &device; }

  /// From the host: what is added from now on is added to these.
  void start(Device& device, const std::vector<std::int64_t>& positive, const std::vector<double>& sum,
             const std::vector<double>& squares) {
    device_ = &device;
    up(positive, positive_);
    up(sum, sum_);
    up(squares, squares_);
  }
  /// To the host. Waits.
  void fetch(std::vector<std::int64_t>& positive, std::vector<double>& sum, std::vector<double>& squares) const {
    device_->to_host(positive_.data(), std::as_writable_bytes(std::span(positive)));
    device_->to_host(sum_.data(), std::as_writable_bytes(std::span(sum)));
    device_->to_host(squares_.data(), std::as_writable_bytes(std::span(squares)));
  }
  void drop() { *this = DeviceTotals(); }

  /// Those of the neurons from number `first` on.
  NeuronTotals from(Index first) {
    return {static_cast<std::int64_t*>(positive_.data()) + first, static_cast<double*>(sum_.data()) + first,
            static_cast<double*>(squares_.data()) + first};
  }

 private:
  template <class T>
  void up(const std::vector<T>& values, Buffer& there) {
    const auto bytes = std::as_bytes(std::span(values));
    if (there.bytes() != bytes.size()) there = device_->allocate(bytes.size());
    device_->to_device(bytes, there.data());
  }

  Device* device_ = nullptr;
  Buffer positive_, sum_, squares_;
};

}  // namespace neuroglot
