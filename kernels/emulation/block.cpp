#include "kernels/emulation/block.hpp"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <vector>

#include "kernels/emulation/cuda_indices.hpp"
#include "kernels/emulation/error.hpp"
#include "kernels/emulation/fiber.hpp"
#include "kernels/emulation/memory.hpp"

namespace neuroglot::emulation {

namespace {

enum class State { ready, at_barrier, in_warp, finished };

struct Thread {
  Fiber fiber;
  State state = State::ready;
  uint3 index{};
  // where it waits, and for whom:
  Where where{};
  const char* what = "";
  std::uint32_t mask = 0;
  Combine combine = nullptr;
  void* brought = nullptr;
};

struct SharedArray {
  const void* declaration;
  void* memory;
};

/// The grid that is being run, and its present block.
struct Running {
  const std::function<void()>* body = nullptr;
  const char* launched_at = "";
  std::vector<std::unique_ptr<Thread>> threads;  // stacks are kept from launch to launch
  std::vector<unsigned> ready;
  std::vector<SharedArray> shared;
  std::vector<std::uint32_t> warp_syncs;
  std::vector<std::uint32_t> lanes_waiting, lanes_finished;  // of each warp
  unsigned count = 0;                                        // threads of a block
  unsigned current = 0;
  std::uint32_t launch = 0, block = 0, barriers = 0;
  std::size_t shared_bytes = 0, unfinished = 0;
  std::string failure;
  bool active = false, watched = false;
};

Running running;
std::uint64_t seed = 0;
/// Marsaglia 2003, xorshift: quick, since it is asked at every access.
struct Generator {
  using result_type = std::uint64_t;
  std::uint64_t state = 1;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()() {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  }
};
Generator generator;

Thread& self() {
  return *running.threads[running.current];
}
bool in_order() {
  return seed < 2;
}

std::string text(Where where) {
  std::string file = where.file_name();
  if (const std::size_t at = file.rfind("kernels/"); at != std::string::npos) file = file.substr(at);
  return file + ":" + std::to_string(where.line());
}

std::string name_of(std::uint32_t block, unsigned thread) {
  return "thread " + std::to_string(thread) + " of block " + std::to_string(block);
}

void wait(State state) {
  self().state = state;
  self().fiber.suspend();
}

void make_ready(unsigned thread) {
  running.threads[thread]->state = State::ready;
  running.ready.push_back(thread);
}

unsigned take_next() {
  auto& ready = running.ready;
  const auto chosen = seed == 0   ? std::min_element(ready.begin(), ready.end())
                      : seed == 1 ? std::max_element(ready.begin(), ready.end())
                                  : ready.begin() + static_cast<std::ptrdiff_t>((random_number() >> 32) % ready.size());
  const unsigned thread = *chosen;
  *chosen = ready.back();
  ready.pop_back();
  return thread;
}

void start_thread(unsigned number, Extent block) {
  Thread& thread = *running.threads[number];
  thread.index = {number % block.x, number / block.x % block.y, number / (block.x * block.y)};
  thread.fiber.start([](Fiber& fiber) {
    (*running.body)();
    --running.unfinished;
    running.lanes_finished[running.current / warp_size] |= 1u << running.current % warp_size;
    self().state = State::finished;
    fiber.suspend();
  });
  make_ready(number);
}

/// Everybody waits, so all must stand at the same barrier: else some never come.
void pass_barrier() {
  const Thread* first = nullptr;
  unsigned first_number = 0;
  for (unsigned i = 0; i < running.count; ++i) {
    const Thread& thread = *running.threads[i];
    if (thread.state == State::in_warp) {
      running.failure = name_of(running.block, i) + " waits in " + thread.what + " at " + text(thread.where) +
                        " for lanes that do not come";
      return;
    }
    if (thread.state == State::at_barrier && first == nullptr) first = &thread, first_number = i;
  }
  for (unsigned i = 0; i < running.count; ++i) {
    const Thread& thread = *running.threads[i];
    if (thread.state == State::at_barrier && thread.where.line() == first->where.line() &&
        std::string(thread.where.file_name()) == first->where.file_name())
      continue;
    running.failure = "divergent barrier: " + name_of(running.block, first_number) + " waits in __syncthreads at " +
                      text(first->where) + ", but thread " + std::to_string(i) +
                      (thread.state == State::finished ? " has returned" : " waits at " + text(thread.where));
    return;
  }
  ++running.barriers;
  for (unsigned i = 0; i < running.count; ++i) make_ready(i);
}

void run_threads() {
  while (running.unfinished > 0 && running.failure.empty()) {
    if (running.ready.empty()) {
      pass_barrier();
      continue;
    }
    running.current = take_next();
    threadIdx = self().index;
    self().fiber.resume();
  }
}

void run_block(Extent block) {
  running.ready.clear();
  running.barriers = 0;
  const std::size_t warps = running.count / warp_size;
  for (auto* of_warps : {&running.warp_syncs, &running.lanes_waiting, &running.lanes_finished})
    of_warps->assign(warps, 0);
  running.unfinished = running.count;
  if (running.shared_bytes > 0)
    running.shared.push_back({nullptr, Memory::instance().allocate(running.shared_bytes, "dynamic shared memory")});
  for (unsigned i = 0; i < running.count; ++i) start_thread(i, block);
  running.active = true;
  run_threads();
  running.active = false;
  for (const SharedArray& array : running.shared) Memory::instance().release(array.memory);
  running.shared.clear();
}

std::vector<std::uint32_t> order_of_blocks(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (seed == 1) std::reverse(order.begin(), order.end());
  if (!in_order()) std::shuffle(order.begin(), order.end(), generator);
  return order;
}

/// All lanes of a mask wait: they must do so for the same thing.
void check_meeting(const Thread& last, unsigned first_lane) {
  for (unsigned i = 0; i < warp_size; ++i) {
    const Thread& other = *running.threads[first_lane + i];
    if ((last.mask >> i & 1) != 0 && (other.mask != last.mask || other.combine != last.combine))
      fail(std::string(last.what) + " at " + text(last.where) + ", but lane " + std::to_string(i) + " is in " +
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

void use_order(std::uint64_t chosen) {
  seed = chosen;
  generator.state = (chosen + 1) * 0x9e3779b97f4a7c15u;
}

std::uint64_t random_number() {
  return generator();
}

void run_grid(Extent grid, Extent block, std::size_t shared_bytes, const char* launched_at,
              const std::function<void()>& body) {
  const auto refuse = [&](const std::string& why) { throw KernelError(std::string(launched_at) + ": " + why); };
  if (grid.count() == 0 || block.count() == 0) refuse("a grid or block of no threads");
  if (block.count() > most_threads) refuse("a block of " + std::to_string(block.count()) + " threads");
  if (block.count() % warp_size != 0)
    refuse("a block of " + std::to_string(block.count()) + " threads is not made of whole warps");
  if (grid.y > 65535 || grid.z > 65535) refuse("a grid with more than 65535 blocks in y or z");
  running.body = &body;
  running.launched_at = launched_at;
  running.count = block.count();
  running.shared_bytes = shared_bytes;
  running.failure.clear();
  ++running.launch;
  while (running.threads.size() < running.count) running.threads.push_back(std::make_unique<Thread>());
  gridDim = {grid.x, grid.y, grid.z};
  blockDim = {block.x, block.y, block.z};
  for (const std::uint32_t number : order_of_blocks(grid.count())) {
    running.block = number;
    blockIdx = {number % grid.x, number / grid.x % grid.y, number / (grid.x * grid.y)};
    run_block(block);
    if (!running.failure.empty()) refuse(running.failure);
  }
}

void barrier(Where where) {
  self().where = where;
  self().what = "__syncthreads";
  wait(State::at_barrier);
}

void meet_lanes(std::uint32_t mask, Combine combine, void* mine, bool orders_memory, const char* what, Where where) {
  Thread& thread = self();
  const unsigned first_lane = running.current / warp_size * warp_size;
  thread.mask = mask;
  thread.combine = combine;
  thread.brought = mine;
  thread.what = what;
  thread.where = where;
  if ((mask >> lane() & 1) == 0) fail(std::string(what) + " at " + text(where) + " by a lane that is not in its mask");
  const unsigned warp = running.current / warp_size;
  if (const std::uint32_t gone = mask & running.lanes_finished[warp]; gone != 0)
    fail(std::string(what) + " at " + text(where) + " waits for lane " + std::to_string(std::countr_zero(gone)) +
         ", which has returned");
  thread.state = State::in_warp;
  running.lanes_waiting[warp] |= 1u << lane();
  if ((mask & ~running.lanes_waiting[warp]) == 0) {
    check_meeting(thread, first_lane);
    running.lanes_waiting[warp] &= ~mask;
    complete_meeting(first_lane, mask, orders_memory);
  }
  thread.fiber.suspend();
}

void give_way() {
  if (in_order() || random_number() >> 62 != 0) return;
  make_ready(running.current);
  self().fiber.suspend();
}

void* shared_array(const void* declaration, std::size_t bytes, const char* name) {
  for (const SharedArray& array : running.shared)
    if (array.declaration == declaration) return array.memory;
  void* const memory = Memory::instance().allocate(bytes, std::string("shared memory ") + name);
  running.shared.push_back({declaration, memory});
  return memory;
}

void* dynamic_shared() {
  if (running.shared_bytes == 0) fail("dynamic shared memory is used, but the launch asked for none");
  return shared_array(nullptr, running.shared_bytes, "");
}

unsigned lane() {
  return running.current % warp_size;
}

void fail(const std::string& what) {
  running.failure = name_of(running.block, running.current) + ": " + what;
  for (;;) self().fiber.suspend();
}

bool in_kernel() {
  return running.active;
}
bool accesses_are_watched() {
  return running.watched;
}

void before_access(const void* first, std::size_t bytes, Access access, std::size_t aligned) {
  running.watched = true;
  Memory& memory = Memory::instance();
  if (!memory.holds(first)) return;
  if (!running.active) {
    std::fprintf(stderr, "the host touches device memory: %s\n", memory.describe(first, bytes).c_str());
    std::abort();
  }
  if (access == Access::atomic || random_number() >> 60 == 0) give_way();
  const auto complain = [&](const std::string& verb, const std::string& why) {
    fail(verb + " " + memory.describe(first, bytes) + why);
  };
  if (!memory.allocated(first, bytes))
    complain(access == Access::read ? "reads" : "writes", ", which is out of bounds");
  if (reinterpret_cast<std::uintptr_t>(first) % aligned != 0)
    complain("takes at once", ", which do not begin at a multiple of " + std::to_string(aligned));
  if (access != Access::write && !memory.written(first, bytes)) complain("reads", ", which nobody has written");
  const Use use{running.launch,
                running.block,
                running.current,
                running.barriers,
                running.warp_syncs[running.current / warp_size],
                access == Access::atomic};
  const char* const begin = static_cast<const char*>(first);
  for (std::size_t i = 0; i < bytes; i += Memory::granule) {
    Shadow& shadow = memory.shadow(begin + i);
    const Use* const other = access == Access::read ? shadow.read(use) : shadow.write(use);
    if (other != nullptr)
      complain(access == Access::read ? "reads" : "writes",
               ", a race with " + name_of(other->block, other->thread) + ": no barrier lies in between");
  }
  if (access != Access::read) memory.mark_written(first, bytes);
}

}  // namespace neuroglot::emulation
