/// The values of one neuron over the facts of a relation in ascending order, and what their order gives at once: the
/// sum of distances from each to all others in O(n log n) instead of O(n^2).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

namespace detail {

/// Unsigned numbers in the order of the floats: the sign bit set where there is none, all bits flipped where there is.
inline std::uint32_t ordered_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

inline float from_ordered_bits(std::uint32_t bits) {
  return std::bit_cast<float>((bits & 0x80000000U) != 0 ? bits & 0x7fffffffU : ~bits);
}

}  // namespace detail

/// Finite values; its memory is used again by the next sort().
class SortedValues {
 public:
  void sort(std::span<const float> values) {
    keys_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      keys_[i] = std::uint64_t{detail::ordered_bits(values[i])} << 32 | static_cast<std::uint32_t>(i);
    std::ranges::sort(keys_);
  }

  std::size_t size() const { return keys_.size(); }
  /// The i-th smallest value, and whose it is.
  double value(std::size_t i) const { return from_key(keys_[i]); }
  std::size_t owner(std::size_t i) const { return static_cast<std::uint32_t>(keys_[i]); }

  /// sums[owner] = sum over all others of |value - other|. Built from the gaps between neighbours, none of which is
  /// negative: nothing cancels out, and equal values get the same bits.
  void distances_to_others(std::span<double> sums) const {
    const std::size_t n = size();
    double below = 0;  // sum of distances to the smaller ones
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) below += static_cast<double>(i) * gap(i);
      sums[owner(i)] = below;
    }
    double above = 0;
    for (std::size_t i = n; i-- > 0;) {
      if (i + 1 < n) above += static_cast<double>(n - 1 - i) * gap(i + 1);
      sums[owner(i)] += above;
    }
  }

  /// Sum over all unordered pairs of |value - other|.
  double distances_of_pairs() const {
    double sum = 0;
    for (std::size_t i = 1; i < size(); ++i) sum += static_cast<double>(i) * static_cast<double>(size() - i) * gap(i);
    return sum;
  }

 private:
  static double from_key(std::uint64_t key) {
    return static_cast<double>(detail::from_ordered_bits(static_cast<std::uint32_t>(key >> 32)));
  }
  double gap(std::size_t i) const { return value(i) - value(i - 1); }

  std::vector<std::uint64_t> keys_;  // value, then owner
};

}  // namespace neuroglot
