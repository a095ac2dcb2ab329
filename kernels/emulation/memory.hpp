/// The memory of the emulated GPU, device and shared: one range of addresses in which every allocation stands between
/// guard zones, and of which it is known what has been written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "kernels/emulation/race.hpp"

namespace neuroglot::emulation {

class Memory {
 public:
  /// What is known is known of so many bytes together: the size of a bf16, the smallest thing that kernels write.
  static constexpr std::size_t granule = 2;

  static Memory& instance();

  /// Bytes that nobody has written: all ones, which is a NaN as float, double and bf16. Aligned to 256, as
  /// cudaMalloc's. `what` names them in messages. Throws std::bad_alloc.
  void* allocate(std::size_t bytes, const std::string& what);
  /// Throws std::invalid_argument for what is no (live) allocation.
  void release(void* pointer);
  /// The host has written or copied to these bytes.
  void mark_written(const void* first, std::size_t bytes);
  std::size_t live_allocations() const { return allocations_.size(); }
  std::size_t free_bytes() const { return reserved - used_; }
  static std::size_t total_bytes() { return reserved; }

  bool holds(const void* address) const {
    return reinterpret_cast<std::uintptr_t>(address) - base_ < reserved;  // below base_ this wraps to a large number
  }
  /// Whether all of these bytes lie in one piece of allocated memory, and whether all have been written.
  bool allocated(const void* first, std::size_t bytes) const { return least(first, bytes) != State::none; }
  bool written(const void* first, std::size_t bytes) const { return least(first, bytes) == State::written; }
  /// Who has used the granule at this address.
  Shadow& shadow(const void* address) { return shadows_[index(address)]; }
  /// "bytes 12 to 15 of device memory (64 bytes)", or how far outside of the nearest allocation.
  std::string describe(const void* first, std::size_t bytes) const;

 private:
  enum class State : std::uint8_t { none, unwritten, written };
  struct Allocation {
    std::size_t bytes;
    std::string what;
  };

  Memory();
  std::size_t index(const void* address) const { return (reinterpret_cast<std::uintptr_t>(address) - base_) / granule; }
  State least(const void* first, std::size_t bytes) const;
  void set(std::uintptr_t first, std::size_t bytes, State state);

  static constexpr std::size_t reserved = std::size_t{1} << 29;  // of addresses; pages are taken when they are touched
  static constexpr std::size_t guard = 256, alignment = 256;

  std::uintptr_t base_;
  std::size_t used_ = guard;
  State* states_;    // of each granule
  Shadow* shadows_;  // of each granule
  std::map<std::uintptr_t, Allocation> allocations_;
};

}  // namespace neuroglot::emulation
