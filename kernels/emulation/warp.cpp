// What the lanes of a warp do together.
#include <bit>

#include "kernels/emulation/running.hpp"

namespace neuroglot::emulation {

namespace {

/// All lanes of a mask wait: they must do so for the same thing.
void check_meeting(const Thread& last, unsigned first_lane) {
  for (unsigned i = 0; i < warp_size; ++i) {
    const Thread& other = *running.threads[first_lane + i];
    if ((last.mask >> i & 1) != 0 && (other.mask != last.mask || other.combine != last.combine))
      return blame(std::string(last.what) + " at " + text(last.where) + ", but lane " + std::to_string(i) + " is in " +
                   other.what + " at " + text(other.where));
  }
}

void complete_meeting(unsigned first_lane, std::uint32_t mask, bool orders_memory) {
  void* brought[warp_size] = {};
  for (unsigned i = 0; i < warp_size; ++i)
    if (mask >> i & 1) brought[i] = running.threads[first_lane + i]->brought;
  if (self().combine != nullptr) self().combine(brought);
  if (orders_memory && mask == 0xffffffffu) ++running.warp_syncs[first_lane / warp_size];
  for (unsigned i = 0; i < warp_size; ++i)
    if (mask >> i & 1) make_ready(first_lane + i);
}

}  // namespace

unsigned lane() {
  return running.current % warp_size;
}

void meet_lanes(std::uint32_t mask, Combine combine, void* mine, bool orders_memory, const char* what, Where where) {
  Thread& thread = self();
  const unsigned first_lane = running.current / warp_size * warp_size;
  thread.mask = mask;
  thread.combine = combine;
  thread.brought = mine;
  thread.what = what;
  thread.where = where;
  if ((mask >> lane() & 1) == 0) {
    blame(std::string(what) + " at " + text(where) + " by a lane that is not in its mask");
    stop();
  }
  const unsigned warp = running.current / warp_size;
  if (const std::uint32_t gone = mask & running.lanes_finished[warp]; gone != 0) {
    blame(std::string(what) + " at " + text(where) + " waits for lane " + std::to_string(std::countr_zero(gone)) +
          ", which has returned");
    stop();
  }
  thread.state = State::in_warp;
  running.lanes_waiting[warp] |= 1u << lane();
  if ((mask & ~running.lanes_waiting[warp]) == 0) {
    check_meeting(thread, first_lane);
    if (!running.failure.empty()) stop();
    running.lanes_waiting[warp] &= ~mask;
    complete_meeting(first_lane, mask, orders_memory);
  }
  thread.fiber.suspend();
}

}  // namespace neuroglot::emulation
