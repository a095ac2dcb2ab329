// Processes of a run, here as threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "neuroglot/experiment/ranks.hpp"

/// What processes send each other, in memory.
class Post {
 public:
  void put(int from, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mutex_);
    waiting_[from].emplace_back(bytes.begin(), bytes.end());
    arrived_.notify_all();
  }
  void take(int from, std::span<std::byte> bytes) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return !waiting_[from].empty(); });
    const std::vector<std::byte> message = std::move(waiting_[from].front());
    waiting_[from].pop_front();
    if (message.size() != bytes.size()) throw neuroglot::error("a message of another size");
    std::memcpy(bytes.data(), message.data(), bytes.size());
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<int, std::deque<std::vector<std::byte>>> waiting_;
};

class ThreadRanks final : public neuroglot::Ranks {
 public:
  ThreadRanks(int rank, int size, Post& to_first, Post& from_first)
      : rank_(rank), size_(size), to_first_(to_first), from_first_(from_first) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void send(std::span<const std::byte> bytes) override { to_first_.put(rank_, bytes); }
  void receive(int from, std::span<std::byte> bytes) override { to_first_.take(from, bytes); }
  void broadcast(std::span<std::int64_t> values) override {
    const auto bytes = std::as_writable_bytes(values);
    if (rank_ != 0) return from_first_.take(rank_, bytes);
    for (int to = 1; to < size_; ++to) from_first_.put(to, bytes);
  }

 private:
  int rank_, size_;
  Post &to_first_, &from_first_;
};

/// Each process does work(ranks), all at the same time.
template <class F>
void as_processes(int number, F work) {
  Post to_first, from_first;
  std::vector<std::thread> team;
  for (int rank = 0; rank < number; ++rank)
    team.emplace_back([&, rank] {
      ThreadRanks ranks(rank, number, to_first, from_first);
      work(ranks);
    });
  for (std::thread& thread : team) thread.join();
}
