/// What a search for names follows: a trie over hashes of segments, and the names themselves.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <vector>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/text/text_segments.hpp"

namespace neuroglot {

namespace detail {

/// Names one after the other, each with its number, so that comparing one with a text costs one wait for memory.
class NamePool {
 public:
  static constexpr std::uint32_t nowhere = 0;                                       ///< a place without a name
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();  ///< no name's number

  /// Its place. `next` is the place of another name, or nowhere. Throws Error for 4 GiB of names.
  std::uint32_t add(std::string_view name, std::uint32_t number, std::uint32_t next) {
    if (bytes_.size() + name.size() + sizeof(Head) >= none) throw error("more than 4 GiB of names");
    const auto place = static_cast<std::uint32_t>(bytes_.size());
    const Head head{number, next, static_cast<std::uint32_t>(name.size())};
    bytes_.resize(place + sizeof head);
    std::memcpy(bytes_.data() + place, &head, sizeof head);
    bytes_.insert(bytes_.end(), name.begin(), name.end());
    return place;
  }

  void prefetch(std::uint32_t place) const { __builtin_prefetch(bytes_.data() + place); }

  /// The number of the name that a text is, of those at `place` and the next ones; none where it is none of them.
  std::uint32_t find(std::uint32_t place, std::string_view text) const {
    while (place != nowhere) {
      Head head;
      std::memcpy(&head, bytes_.data() + place, sizeof head);
      if (text == std::string_view(bytes_.data() + place + sizeof head, head.size)) return head.number;
      place = head.next;
    }
    return none;
  }

 private:
  struct Head {
    std::uint32_t number, next, size;
  };
  std::vector<char> bytes_ = std::vector<char>(1);  // so that no name lies at place 0
};

/// The edges of a trie over hashes of segments, in one table with open addressing. A node is a number, the root 0. Two
/// edges whose 64 bits of key are the same become one, which merges their names: whoever follows edges compares bytes
/// in the end.
class SegmentTrie {
 public:
  struct Edge {
    std::uint64_t key = 0;                   // 0: the slot is free
    std::uint32_t child = 0;                 // 0: no edge leaves its end
    std::uint32_t name = NamePool::nowhere;  // the place of one that ends there
  };

  explicit SegmentTrie(std::size_t most_edges)
      : slots_(std::bit_ceil(2 * most_edges + 2)),
        memory_(slots_ * sizeof(Edge)),
        edges_(static_cast<Edge*>(memory_.data())),
        filter_(std::min(std::bit_ceil(most_edges / 8 + 1), most_filter_words)) {}

  static std::uint64_t key_of(std::uint32_t node, std::uint64_t segment) {
    const std::uint64_t key = node == 0 ? segment : folded_product(segment ^ node, 0x9e3779b97f4a7c15);
    return key == 0 ? 1 : key;
  }

  Edge* find_or_add(std::uint64_t key) {
    std::size_t slot = key & (slots_ - 1);
    while (edges_[slot].key != 0 && edges_[slot].key != key) slot = (slot + 1) & (slots_ - 1);
    edges_[slot].key = key;
    filter_[filter_word(key)] |= filter_bit(key);
    return &edges_[slot];
  }

  /// False where there is no such edge; true where there may be one. Its bits stay in the second cache.
  bool may_have(std::uint64_t key) const { return (filter_[filter_word(key)] & filter_bit(key)) != 0; }

  /// Asks memory for the edge; find() soon after does not wait for it.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&edges_[key & (slots_ - 1)]); }

  /// nullptr where there is none.
  const Edge* find(std::uint64_t key) const {
    std::size_t slot = key & (slots_ - 1);
    for (; edges_[slot].key != 0; slot = (slot + 1) & (slots_ - 1))
      if (edges_[slot].key == key) return &edges_[slot];
    return nullptr;
  }

 private:
  static constexpr std::size_t most_filter_words = std::size_t{1} << 16;  // 512 KiB

  std::size_t filter_word(std::uint64_t key) const { return key >> 32 & (filter_.size() - 1); }
  static std::uint64_t filter_bit(std::uint64_t key) { return std::uint64_t{1} << (key >> 58); }

  std::size_t slots_;
  Buffer memory_;  // zeroed: all slots are free
  Edge* edges_;
  std::vector<std::uint64_t> filter_;
};

}  // namespace detail

}  // namespace neuroglot
