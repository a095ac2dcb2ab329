/// A fixed team of threads that share out the chunks of one loop at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// `size` threads, the caller's among them. Which thread runs which chunk is left open, so a result must not depend on
/// it: chunks write to separate places, and sums are taken over chunks in order afterwards.
class Threads {
 public:
  /// size 0 means as many as the machine has processors.
  explicit Threads(int size = 0) {
    const int available = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const int helpers = (size > 0 ? size : available) - 1;
    for (int i = 0; i < helpers; ++i) helpers_.emplace_back([this, i] { help(i + 1); });
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    announce(nullptr, nullptr, 0, true);
    for (std::thread& helper : helpers_) helper.join();
  }

  int size() const { return static_cast<int>(helpers_.size()) + 1; }

  /// Calls body(chunk, thread) for every chunk in [0, chunks), thread in [0, size()); returns when all are done. The
  /// first exception a chunk throws is thrown again here. Not to be called from inside a body.
  template <class Body>
  void for_each(Index chunks, Body&& body) {
    if (helpers_.empty() || chunks <= 1) {
      for (Index chunk = 0; chunk < chunks; ++chunk) body(chunk, 0);
      return;
    }
    using Plain = std::remove_reference_t<Body>;
    announce([](void* work, Index chunk, int thread) { (*static_cast<Plain*>(work))(chunk, thread); },
             const_cast<void*>(static_cast<const void*>(&body)), chunks, false);
    take_chunks(0);
    wait_for_helpers();
  }

  /// Calls body(first, count, thread) on consecutive ranges of at most `grain` of [0, n).
  template <class Body>
  void for_ranges(Index n, Index grain, Body&& body) {
    for_each((n + grain - 1) / grain,
             [&](Index chunk, int thread) { body(chunk * grain, std::min(grain, n - chunk * grain), thread); });
  }

 private:
  using Call = void (*)(void* work, Index chunk, int thread);

  void announce(Call call, void* work, Index chunks, bool stop) {
    call_ = call;
    work_ = work;
    chunks_ = chunks;
    stop_ = stop;
    next_chunk_.store(0, std::memory_order_relaxed);
    open_.store(true);
    {
      const std::lock_guard lock(mutex_);
      round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
  }

  // A helper comes in only while the loop is open, and the caller waits only for those who came in: one that the system
  // has put to sleep delays nobody. Each side writes its own flag before it reads the other's, so they can not miss
  // each other.
  void help(int thread) {
    for (std::uint64_t seen = 0; true;) {
      seen = wait_for_round(seen);
      inside_.fetch_add(1);
      const bool is_open = open_.load(), stop = is_open && stop_;
      if (is_open && !stop) take_chunks(thread);
      inside_.fetch_sub(1);
      if (stop) return;
    }
  }

  // A pass has hundreds of short loops: spinning for a moment is cheaper than a sleep and a wake-up for each of them.
  std::uint64_t wait_for_round(std::uint64_t seen) {
    for (int i = 0; i < spins; ++i) {
      const std::uint64_t now = round_.load(std::memory_order_acquire);
      if (now != seen) return now;
      __builtin_ia32_pause();
    }
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
    return round_.load(std::memory_order_acquire);
  }

  void take_chunks(int thread) {
    try {
      for (Index chunk; (chunk = next_chunk_.fetch_add(1, std::memory_order_relaxed)) < chunks_;)
        call_(work_, chunk, thread);
    } catch (...) {
      next_chunk_.store(chunks_, std::memory_order_relaxed);
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void wait_for_helpers() {
    open_.store(false);
    for (int i = 0; inside_.load() != 0; ++i) {
      if (i < spins)
        __builtin_ia32_pause();
      else
        std::this_thread::yield();
    }
    if (!failure_) return;
    std::exception_ptr failure;
    std::swap(failure, failure_);
    std::rethrow_exception(failure);
  }

  static constexpr int spins = 20'000;  // about 0.3 ms

  std::vector<std::thread> helpers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<std::uint64_t> round_{0};
  std::atomic<Index> next_chunk_{0};
  std::atomic<bool> open_{false};
  std::atomic<int> inside_{0};
  Call call_ = nullptr;
  void* work_ = nullptr;
  Index chunks_ = 0;
  bool stop_ = false;
  std::exception_ptr failure_;
};

}  // namespace neuroglot
