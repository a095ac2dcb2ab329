/// Runs a kernel under many orders of its threads: a result that depends on the order is a race.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

// NEUROGLOT_ON_DEVICE: what is compiled runs on a GPU, where nobody can choose an order.
#if !defined(NEUROGLOT_ON_DEVICE)
#include "kernels/platform.cuh"
#endif

namespace neuroglot::emulation {

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}
template <class... T>
bool same_bits(const std::tuple<T...>& a, const std::tuple<T...>& b) {
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    return (same_bits(std::get<i>(a), std::get<i>(b)) && ...);
  }
  (std::index_sequence_for<T...>{});
}

/// What `run()` gives, a vector or a tuple of vectors: the same bits with threads in ascending order, descending, and
/// in `random_orders` random ones. Throws std::runtime_error where it is not. On a GPU it runs as often.
template <class Run>
auto in_every_order(Run run, int random_orders = 3) {
#if !defined(NEUROGLOT_ON_DEVICE)
  use_order(0);
#endif
  const auto expected = run();
  for (int order = 1; order < 2 + random_orders; ++order) {
#if !defined(NEUROGLOT_ON_DEVICE)
    use_order(static_cast<std::uint64_t>(order));
#endif
    if (!same_bits(run(), expected))
      throw std::runtime_error("the result depends on the order of threads (order " + std::to_string(order) +
                               " against order 0): a race");
  }
  return expected;
}

}  // namespace neuroglot::emulation
