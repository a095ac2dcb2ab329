/// Memory in huge pages: the first touch of fresh 4 KiB pages is a page fault each and dominates everything else
/// (docs/performance.md), so large buffers are mapped on 2 MiB boundaries and transparent huge pages are asked for.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <utility>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// `bytes` of zeroed memory, 64-byte aligned at least; given back to the system by the destructor.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    mapped_ = bytes >= huge_page ? bytes + huge_page : bytes;
    base_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base_ == MAP_FAILED) throw error("out of memory: ", bytes, " bytes could not be mapped");
    data_ = base_;
    if (bytes >= huge_page) {
      const auto address = reinterpret_cast<std::size_t>(base_);
      data_ = reinterpret_cast<void*>((address + huge_page - 1) / huge_page * huge_page);
      ::madvise(data_, bytes, MADV_HUGEPAGE);  // a hint: without it everything works, slower
    }
  }
  /// Memory that somebody else has allocated, a device's say; `release` gives it back.
  using Release = void (*)(void* data);
  Buffer(void* data, std::size_t bytes, Release release) : data_(data), bytes_(bytes), release_(release) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer moved(std::move(other));
    swap(moved);
    return *this;
  }
  ~Buffer() {
    if (release_ != nullptr) release_(data_);
    if (base_ != nullptr) ::munmap(base_, mapped_);
  }

  void* data() { return data_; }
  const void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  void swap(Buffer& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(data_, other.data_);
    std::swap(mapped_, other.mapped_);
    std::swap(bytes_, other.bytes_);
    std::swap(release_, other.release_);
  }

  void* base_ = nullptr;
  void* data_ = nullptr;
  std::size_t mapped_ = 0;
  std::size_t bytes_ = 0;
  Release release_ = nullptr;
};

}  // namespace neuroglot
