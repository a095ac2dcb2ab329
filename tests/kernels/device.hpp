/// Arrays on the device for tests: up from a vector, down to a vector.
#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

#include "kernels/emulation/orders.hpp"
#include "kernels/platform.cuh"

namespace device {

namespace cuda = neuroglot::cuda;

/// n elements; of a new one nobody has written any: all bytes are ones, a NaN, as the emulation has them.
template <class T>
class Array {
 public:
  explicit Array(std::size_t n) : size_(n) {
    void* pointer = nullptr;
    cuda::check(cudaMalloc(&pointer, n * sizeof(T)), "cudaMalloc");
    data_ = static_cast<T*>(pointer);
#if defined(NEUROGLOT_ON_DEVICE)
    cuda::check(cudaMemsetAsync(data_, 0xff, n * sizeof(T), nullptr), "cudaMemset");
#endif
  }
  explicit Array(const std::vector<T>& values) : Array(values.size()) {
    cuda::check(cudaMemcpyAsync(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice, nullptr), "upload");
    cuda::check(cudaStreamSynchronize(nullptr), "upload");
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() {
    cudaFree(data_);
  }

  T* data() const {
    return data_;
  }
  std::size_t size() const {
    return size_;
  }
  /// Waits for everything that was launched before.
  std::vector<T> values() const {
    std::vector<T> result(size_);
    cuda::check(cudaMemcpyAsync(result.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost, nullptr), "download");
    cuda::check(cudaStreamSynchronize(nullptr), "download");
    return result;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

}  // namespace device
