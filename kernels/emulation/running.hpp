/// The grid that is being run, for those files of the emulation that run it. Kernels see block.hpp alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kernels/emulation/block.hpp"
#include "kernels/emulation/cuda_indices.hpp"
#include "kernels/emulation/fiber.hpp"

namespace neuroglot::emulation {

/// What a thread is doing.
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
  bool active = false;
};

inline Running running;
/// Apart from it, since it is set before anything is constructed: __tsan_init comes first of all.
inline constinit bool accesses_watched = false;

inline Thread& self() {
  return *running.threads[running.current];
}
inline void make_ready(unsigned thread) {
  running.threads[thread]->state = State::ready;
  running.ready.push_back(thread);
}
/// Which of the ready threads goes on, by the seed; whether that is a plain order.
unsigned take_next();
std::vector<std::uint32_t> order_of_blocks(std::uint32_t count);
bool in_order();

/// "kernels/rms_norm.cuh:71"
std::string text(Where where);
/// "thread 5 of block 0"
std::string name_of(std::uint32_t block, unsigned thread);

/// What has gone wrong. A thread that is to blame then stops: its stack is left as it is, so nothing on it may need a
/// destructor any more.
void blame(const std::string& what);
[[noreturn]] void stop();

}  // namespace neuroglot::emulation
