/// A set of small numbers as bits, sixty-four a word.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace neuroglot {

/// Of numbers in [0, size).
class BitSet {
 public:
  explicit BitSet(std::size_t size = 0) : words_((size + 63) / 64) {}

  void insert(std::size_t i) { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  bool contains(std::size_t i) const { return (words_[i / 64] >> (i % 64) & 1) != 0; }

  std::size_t count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : words_) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
  }

  std::span<const std::uint64_t> words() const { return words_; }

 private:
  std::vector<std::uint64_t> words_;
};

/// Calls f with each number whose bit is set in word number `at`, in ascending order.
template <class F>
void for_each_bit(std::uint64_t word, std::size_t at, F&& f) {
  for (; word != 0; word &= word - 1) f(64 * at + static_cast<std::size_t>(std::countr_zero(word)));
}

}  // namespace neuroglot
