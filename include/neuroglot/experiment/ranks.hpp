/// The processes of one run: what an experiment needs of them, without a word about how they were started.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"

namespace neuroglot {

/// One process alone. Programs started by mpirun have others (apps/processes.hpp).
class Ranks {
 public:
  virtual ~Ranks() = default;

  /// The number of this process, from 0; rank 0 is the one that writes files and tells how far the run is.
  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }

  /// To rank 0. Waits until it can take the bytes.
  virtual void send(std::span<const std::byte> /*bytes*/) {
    throw error("a process that is alone has nobody to send to");
  }
  /// On rank 0: what `from` has sent next, which must be as many bytes.
  virtual void receive(int /*from*/, std::span<std::byte> /*bytes*/) {
    throw error("a process that is alone has nobody to receive from");
  }
  /// The values of rank 0 to all.
  virtual void broadcast(std::span<std::int64_t> /*values*/) {}

  bool is_first() const { return rank() == 0; }

  /// Throws Error on a process whose numbers are not those of process 0: it would do other work.
  void require_same(const std::vector<std::int64_t>& mine) {
    std::vector<std::int64_t> of_first = mine;
    broadcast(of_first);
    if (of_first != mine)
      throw error("process ", rank(), " has other texts or options than process 0: all need the same files");
  }

  template <class T>
  void send_values(std::span<const T> values) {
    send(std::as_bytes(values));
  }
  template <class T>
  void receive_values(int from, std::span<T> values) {
    receive(from, std::as_writable_bytes(values));
  }
};

}  // namespace neuroglot
