/// Which facts each language has and which of them are hits, and what two languages have in common of them.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "neuroglot/analysis/bit_set.hpp"

namespace neuroglot {

struct HitSet {
  BitSet present;  ///< facts in the language's data set
  BitSet hits;     ///< a part of them
};

/// Facts are numbered over all languages.
struct HitSets {
  std::vector<std::string> languages;
  std::vector<HitSet> sets;
  std::size_t facts = 0;
};

/// Of two languages, over the facts that both have.
struct PairCounts {
  std::size_t common = 0;  ///< facts
  std::size_t first = 0;   ///< hits of the first language
  std::size_t second = 0;  ///< hits of the second
  std::size_t both = 0;    ///< hits of both

  std::size_t either() const { return first + second - both; }
};

/// Sixty-four facts at a time. The sets are of one size.
inline PairCounts count_pair(const HitSet& a, const HitSet& b) {
  PairCounts counts;
  for (std::size_t i = 0; i < a.present.words().size(); ++i) {
    const std::uint64_t common = a.present.words()[i] & b.present.words()[i];
    const std::uint64_t first = a.hits.words()[i] & common, second = b.hits.words()[i] & common;
    counts.common += static_cast<std::size_t>(std::popcount(common));
    counts.first += static_cast<std::size_t>(std::popcount(first));
    counts.second += static_cast<std::size_t>(std::popcount(second));
    counts.both += static_cast<std::size_t>(std::popcount(first & second));
  }
  return counts;
}

}  // namespace neuroglot
