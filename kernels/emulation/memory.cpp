#include "kernels/emulation/memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) (static_cast<void>(address), static_cast<void>(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) (static_cast<void>(address), static_cast<void>(bytes))
#endif

namespace neuroglot::emulation {

namespace {

/// Zero bytes that cost nothing until they are touched.
void* reserve(std::size_t bytes) {
  void* const found = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (found == MAP_FAILED) throw std::bad_alloc();
  return found;
}

}  // namespace

Memory& Memory::instance() {
  static Memory memory;
  return memory;
}

Memory::Memory()
    : base_(reinterpret_cast<std::uintptr_t>(reserve(reserved))),
      states_(static_cast<State*>(reserve(reserved / granule * sizeof(State)))),
      shadows_(static_cast<Shadow*>(reserve(reserved / granule * sizeof(Shadow)))) {
  ASAN_POISON_MEMORY_REGION(reinterpret_cast<void*>(base_), reserved);
}

void* Memory::allocate(std::size_t bytes, const std::string& what) {
  const std::size_t room = (std::max<std::size_t>(bytes, 1) + guard + alignment - 1) / alignment * alignment;
  if (used_ + room > reserved) throw std::bad_alloc();
  const std::uintptr_t first = base_ + used_;
  used_ += room;
  allocations_[first] = {bytes, what};
  void* const pointer = reinterpret_cast<void*>(first);
  ASAN_UNPOISON_MEMORY_REGION(pointer, bytes);
  std::memset(pointer, 0xff, bytes);
  std::fill_n(&shadow(pointer), (bytes + granule - 1) / granule, Shadow{});
  set(first, bytes, State::unwritten);
  return pointer;
}

void Memory::release(void* pointer) {
  const auto found = allocations_.find(reinterpret_cast<std::uintptr_t>(pointer));
  if (found == allocations_.end()) throw std::invalid_argument("freed memory that is not allocated");
  set(found->first, found->second.bytes, State::none);
  ASAN_POISON_MEMORY_REGION(pointer, found->second.bytes);
  allocations_.erase(found);
  if (allocations_.empty()) {  // what lies above the last living allocation is used again
    used_ = guard;
    return;
  }
  const auto& [last, allocation] = *allocations_.rbegin();
  const std::size_t end = last - base_ + std::max<std::size_t>(allocation.bytes, 1) + guard;
  used_ = (end + alignment - 1) / alignment * alignment;
}

void Memory::mark_written(const void* first, std::size_t bytes) {
  if (holds(first)) set(reinterpret_cast<std::uintptr_t>(first), bytes, State::written);
}

void Memory::set(std::uintptr_t first, std::size_t bytes, State state) {
  const std::size_t begin = (first - base_) / granule, end = (first - base_ + bytes + granule - 1) / granule;
  std::fill(states_ + begin, states_ + end, state);
}

Memory::State Memory::least(const void* first, std::size_t bytes) const {
  const std::size_t begin = index(first), end = index(static_cast<const char*>(first) + bytes - 1);
  State found = State::written;
  for (std::size_t i = begin; i <= end; ++i) found = std::min(found, states_[i]);
  return found;
}

std::string Memory::describe(const void* first, std::size_t bytes) const {
  const auto at = reinterpret_cast<std::uintptr_t>(first);
  auto after = allocations_.upper_bound(at);
  if (after == allocations_.begin()) return std::to_string(bytes) + " bytes in front of all memory";
  const auto& [begin, allocation] = *--after;
  return "bytes " + std::to_string(at - begin) + " to " + std::to_string(at - begin + bytes - 1) + " of " +
         allocation.what + " (" + std::to_string(allocation.bytes) + " bytes)";
}

}  // namespace neuroglot::emulation
