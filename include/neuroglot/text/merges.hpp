/// Byte-pair encoding's merges (Sennrich et al. 2016): the pair of neighbours of the lowest rank becomes one symbol,
/// the leftmost first, until no neighbours have a rank.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <queue>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

struct Merge {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t rank = none;
  TokenId merged = -1;
};

/// Pairs of ids to merges: an open hash table, because most of encoding is looking up pairs that are not there.
class MergeTable {
 public:
  explicit MergeTable(std::size_t expected = 0) : slots_(std::bit_ceil(2 * expected + 2)) {}

  /// A pair that comes again keeps its last merge. No more than `expected` pairs.
  void add(TokenId left, TokenId right, Merge merge) { slot(key(left, right)) = {key(left, right), merge}; }

  /// rank is Merge::none where the pair does not merge.
  Merge find(TokenId left, TokenId right) const { return const_cast<MergeTable*>(this)->slot(key(left, right)).merge; }

 private:
  struct Slot {
    std::uint64_t key = ~std::uint64_t{0};  // no pair of ids, which are not negative
    Merge merge;
  };

  static std::uint64_t key(TokenId left, TokenId right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
  }
  Slot& slot(std::uint64_t wanted) {
    std::size_t at = static_cast<std::size_t>((wanted * 0x9e3779b97f4a7c15u) >> 32) & (slots_.size() - 1);
    while (slots_[at].key != wanted && slots_[at].key != Slot().key) at = (at + 1) & (slots_.size() - 1);
    return slots_[at];
  }

  std::vector<Slot> slots_;
};

/// Memory for merging, kept from word to word.
struct MergeMemory {
  struct Symbol {
    std::uint32_t previous, next;
  };
  std::vector<Merge> merges;
  std::vector<Symbol> symbols;
  std::vector<std::uint64_t> heap;
};

namespace detail {

inline constexpr std::size_t longest_short_word = 48;  // symbols; from here on the heap is faster

// For the words that texts are made of: look through all pairs for the best one, each time.
inline void merge_short(const MergeTable& table, std::vector<TokenId>& ids, std::vector<Merge>& merges) {
  const auto pair_at = [&](std::size_t i) { return i + 1 < ids.size() ? table.find(ids[i], ids[i + 1]) : Merge{}; };
  merges.clear();
  for (std::size_t i = 0; i < ids.size(); ++i) merges.push_back(pair_at(i));
  while (true) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < merges.size(); ++i)
      if (merges[i].rank < merges[best].rank) best = i;
    if (merges.empty() || merges[best].rank == Merge::none) return;
    ids[best] = merges[best].merged;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    merges.erase(merges.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    merges[best] = pair_at(best);
    if (best > 0) merges[best - 1] = pair_at(best - 1);
  }
}

// For words of any length: a list of symbols and a heap of pairs, O(n log n).
inline void merge_long(const MergeTable& table, std::vector<TokenId>& ids, MergeMemory& memory) {
  const auto end = static_cast<std::uint32_t>(ids.size());
  auto& symbols = memory.symbols;
  symbols.resize(ids.size());
  std::priority_queue heap(std::greater<std::uint64_t>(), std::move(memory.heap));
  const auto push = [&](std::uint32_t left, std::uint32_t right) {
    const Merge merge = table.find(ids[left], ids[right]);
    if (merge.rank != Merge::none) heap.push(std::uint64_t{merge.rank} << 32 | left);
  };
  for (std::uint32_t i = 0; i < end; ++i) symbols[i] = {i - 1, i + 1};
  for (std::uint32_t i = 0; i + 1 < end; ++i) push(i, i + 1);
  for (; !heap.empty();) {
    const std::uint64_t top = heap.top();
    heap.pop();
    const auto left = static_cast<std::uint32_t>(top);
    const std::uint32_t right = symbols[left].next;
    if (ids[left] < 0 || right == end) continue;
    const Merge merge = table.find(ids[left], ids[right]);
    if (merge.rank != top >> 32) continue;  // the pair that was pushed is no more
    ids[left] = merge.merged;
    ids[right] = -1;
    symbols[left].next = symbols[right].next;
    if (symbols[left].next != end) {
      symbols[symbols[left].next].previous = left;
      push(left, symbols[left].next);
    }
    if (left != 0) push(symbols[left].previous, left);
  }
  std::erase(ids, -1);
}

}  // namespace detail

/// Merges `ids` in place. Throws Error for a word of 2^32 symbols or more.
inline void apply_merges(const MergeTable& table, std::vector<TokenId>& ids, MergeMemory& memory) {
  if (ids.size() <= detail::longest_short_word) return detail::merge_short(table, ids, memory.merges);
  if (ids.size() >= std::numeric_limits<std::uint32_t>::max())
    throw error("a word of ", ids.size(), " symbols is too long");
  detail::merge_long(table, ids, memory);
}

}  // namespace neuroglot
