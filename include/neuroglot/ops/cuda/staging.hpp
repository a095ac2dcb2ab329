/// Small things on their way between host and device: token ids, row numbers, where sequences lie; results.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/memory.hpp"

namespace neuroglot::cuda {

/// Copies into pinned memory, from where the device fetches them in its own time; once the stream has been waited for,
/// the memory is used again. Passes that nobody waits for would fill ever more of it: every MiB, an upload waits.
class Staging {
 public:
  /// A copy on the device, in memory of the workspace; the values may go as soon as this returns. What was taken before
  /// must have been used.
  template <class T>
  T* up(Stream stream, Workspace& workspace, std::span<const T> values) {
    T* const there = workspace.matrix<T>(1, static_cast<Index>(values.size())).data;
    if (values.empty()) return there;
    if (!chunks_.empty() && used_ + values.size_bytes() > chunks_.back().bytes()) {
      wait_for(stream);
      reuse();
    }
    void* const pinned = take(values.size_bytes());
    std::memcpy(pinned, values.data(), values.size_bytes());
    copy_bytes(stream, pinned, there, values.size_bytes());
    return there;
  }

  /// To the host, all of `to`. Waits.
  template <class T>
  void down(Stream stream, const T* there, std::span<T> to) {
    if (to.empty()) return;
    void* const pinned = take(to.size_bytes());
    copy_bytes(stream, there, pinned, to.size_bytes());
    wait_for(stream);
    std::memcpy(to.data(), pinned, to.size_bytes());
    reuse();
  }

  /// Pinned memory until the stream is waited for, aligned to 16 bytes.
  void* take(std::size_t bytes) {
    bytes = (bytes + 15) / 16 * 16;
    if (chunks_.empty() || used_ + bytes > chunks_.back().bytes()) {
      chunks_.push_back(pinned_buffer(std::max(bytes, least)));
      used_ = 0;
    }
    void* const taken = static_cast<std::byte*>(chunks_.back().data()) + used_;
    used_ += bytes;
    return taken;
  }

  /// The stream has been waited for: nobody reads here any more.
  void reuse() {
    if (chunks_.size() > 1) {
      const auto largest = std::max_element(chunks_.begin(), chunks_.end(),
                                            [](const Buffer& a, const Buffer& b) { return a.bytes() < b.bytes(); });
      std::swap(*largest, chunks_.front());
      chunks_.erase(chunks_.begin() + 1, chunks_.end());
    }
    used_ = 0;
  }

  /// Of pinned memory.
  std::size_t capacity() const {
    return std::accumulate(chunks_.begin(), chunks_.end(), std::size_t{0},
                           [](std::size_t sum, const Buffer& chunk) { return sum + chunk.bytes(); });
  }

 private:
  static constexpr std::size_t least = std::size_t{1} << 20;

  std::vector<Buffer> chunks_;
  std::size_t used_ = 0;  // of the last
};

}  // namespace neuroglot::cuda
