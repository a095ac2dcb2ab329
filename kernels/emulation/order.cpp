// In which order threads and blocks are run.
#include <algorithm>
#include <numeric>

#include "kernels/emulation/running.hpp"

namespace neuroglot::emulation {

namespace {

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

}  // namespace

bool in_order() {
  return seed < 2;
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

void use_order(std::uint64_t chosen) {
  seed = chosen;
  generator.state = (chosen + 1) * 0x9e3779b97f4a7c15u;
}

std::uint64_t random_number() {
  return generator();
}

std::vector<std::uint32_t> order_of_blocks(std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (seed == 1) std::reverse(order.begin(), order.end());
  if (!in_order()) std::shuffle(order.begin(), order.end(), generator);
  return order;
}

void give_way() {
  if (in_order() || random_number() >> 62 != 0) return;
  make_ready(running.current);
  self().fiber.suspend();
}

}  // namespace neuroglot::emulation
