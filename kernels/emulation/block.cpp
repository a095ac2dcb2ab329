// The run of a grid, block after block; barriers and shared memory.
#include "kernels/emulation/block.hpp"

#include "kernels/emulation/error.hpp"
#include "kernels/emulation/memory.hpp"
#include "kernels/emulation/running.hpp"

namespace neuroglot::emulation {

namespace {

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
      const bool returned = (thread.mask & running.lanes_finished[i / warp_size]) != 0;
      running.failure = name_of(running.block, i) + " waits in " + thread.what + " at " + text(thread.where) +
                        " for a lane " + (returned ? "which has returned" : "that does not come");
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

}  // namespace

std::string text(Where where) {
  std::string file = where.file_name();
  if (const std::size_t at = file.rfind("kernels/"); at != std::string::npos) file = file.substr(at);
  return file + ":" + std::to_string(where.line());
}

std::string name_of(std::uint32_t block, unsigned thread) {
  return "thread " + std::to_string(thread) + " of block " + std::to_string(block);
}

void blame(const std::string& what) {
  running.failure = name_of(running.block, running.current) + ": " + what;
}
void stop() {
  for (;;) self().fiber.suspend();
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
  self().state = State::at_barrier;
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

void fail(const char* what) {
  blame(what);
  stop();
}

}  // namespace neuroglot::emulation
