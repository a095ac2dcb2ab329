// Loads and stores of kernels: whether the memory is there, has been written, and belongs to nobody else.
#include <cstdio>
#include <cstdlib>

#include "kernels/emulation/memory.hpp"
#include "kernels/emulation/running.hpp"

namespace neuroglot::emulation {

namespace {

/// What is wrong with an access, or nothing.
std::string fault_of(Memory& memory, const void* first, std::size_t bytes, Access access, std::size_t aligned) {
  const char* const verb = access == Access::read ? "reads " : "writes ";
  if (!memory.allocated(first, bytes)) return verb + memory.describe(first, bytes) + ", which is out of bounds";
  if (reinterpret_cast<std::uintptr_t>(first) % aligned != 0)
    return "takes at once " + memory.describe(first, bytes) + ", which do not begin at a multiple of " +
           std::to_string(aligned);
  if (access != Access::write && !memory.written(first, bytes))
    return "reads " + memory.describe(first, bytes) + ", which nobody has written";
  const Use use{running.launch,
                running.block,
                running.current,
                running.barriers,
                running.warp_syncs[running.current / warp_size],
                access == Access::atomic};
  for (std::size_t i = 0; i < bytes; i += Memory::granule) {
    Shadow& shadow = memory.shadow(static_cast<const char*>(first) + i);
    const Use* const other = access == Access::read ? shadow.read(use) : shadow.write(use);
    if (other != nullptr)
      return verb + memory.describe(first, bytes) + ", a race with " + name_of(other->block, other->thread) +
             ": no barrier lies in between";
  }
  return {};
}

bool is_to_blame(Memory& memory, const void* first, std::size_t bytes, Access access, std::size_t aligned) {
  const std::string fault = fault_of(memory, first, bytes, access, aligned);
  if (!fault.empty()) blame(fault);
  return !fault.empty();
}

}  // namespace

bool accesses_are_watched() {
  return accesses_watched;
}
void watch_accesses() {
  accesses_watched = true;
}

void before_access(const void* first, std::size_t bytes, Access access, std::size_t aligned) {
  Memory& memory = Memory::instance();
  if (!accesses_watched || !memory.holds(first)) return;
  if (!running.active) {
    std::fprintf(stderr, "the host touches device memory: %s\n", memory.describe(first, bytes).c_str());
    std::abort();
  }
  if (access == Access::atomic || random_number() >> 60 == 0) give_way();
  if (is_to_blame(memory, first, bytes, access, aligned)) stop();
  if (access != Access::read) memory.mark_written(first, bytes);
}

}  // namespace neuroglot::emulation
