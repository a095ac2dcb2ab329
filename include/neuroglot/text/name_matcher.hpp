/// Finds all of very many names in a text at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/text_segments.hpp"

namespace neuroglot {

/// Name `name` stands at bytes [begin, end) of a text.
struct NameMatch {
  std::uint32_t name, begin, end;

  bool operator==(const NameMatch&) const = default;
};

namespace detail {

/// The edges of a trie over hashes of segments, in one table with open addressing. A node is a number, the root 0. Two
/// edges whose 64 bits of key are the same become one, which merges their names: whoever follows edges compares bytes
/// in the end.
class SegmentTrie {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  struct Edge {
    std::uint64_t key = 0;      // 0: the slot is free
    std::uint32_t child = 0;    // 0: no edge leaves its end
    std::uint32_t name = none;  // that ends there
  };

  explicit SegmentTrie(std::size_t most_edges)
      : edges_(std::bit_ceil(2 * most_edges + 2)),
        filter_(std::min(std::bit_ceil(most_edges / 8 + 1), most_filter_words)) {}

  static std::uint64_t key_of(std::uint32_t node, std::uint64_t segment) {
    const std::uint64_t key = node == 0 ? segment : folded_product(segment ^ node, 0x9e3779b97f4a7c15);
    return key == 0 ? 1 : key;
  }

  Edge* find_or_add(std::uint64_t key) {
    std::size_t slot = key & (edges_.size() - 1);
    while (edges_[slot].key != 0 && edges_[slot].key != key) slot = (slot + 1) & (edges_.size() - 1);
    edges_[slot].key = key;
    filter_[filter_word(key)] |= filter_bit(key);
    return &edges_[slot];
  }

  /// False where there is no such edge; true where there may be one. Its bits stay in the second cache.
  bool may_have(std::uint64_t key) const { return (filter_[filter_word(key)] & filter_bit(key)) != 0; }

  /// Asks memory for the edge; find() soon after does not wait for it.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&edges_[key & (edges_.size() - 1)]); }

  /// nullptr where there is none.
  const Edge* find(std::uint64_t key) const {
    std::size_t slot = key & (edges_.size() - 1);
    for (; edges_[slot].key != 0; slot = (slot + 1) & (edges_.size() - 1))
      if (edges_[slot].key == key) return &edges_[slot];
    return nullptr;
  }

 private:
  static constexpr std::size_t most_filter_words = std::size_t{1} << 16;  // 512 KiB

  std::size_t filter_word(std::uint64_t key) const { return key >> 32 & (filter_.size() - 1); }
  static std::uint64_t filter_bit(std::uint64_t key) { return std::uint64_t{1} << (key >> 58); }

  std::vector<Edge> edges_;
  std::vector<std::uint64_t> filter_;
};

}  // namespace detail

/// A name is found wherever its segments stand in a row: names inside of each other and overlapping ones too, each with
/// a border of TextSegments on either side. Names are numbered as they were given; of equal ones the first is found.
/// The edges of the trie are words, with the space before them: a segment that no name begins with is turned away by
/// one bit, and the edges of several beginnings are fetched at once, so that a text costs little more than its hashes.
class NameMatcher {
 public:
  /// Names are valid UTF-8. Throws Error for an empty one and for one that begins or ends with a space.
  explicit NameMatcher(std::span<const std::string> names, NameRule rule = {})
      : segments_(rule), trie_(count_segments(names)), same_edge_(names.size(), detail::SegmentTrie::none) {
    first_segments_.resize(std::min(std::bit_ceil(names.size() / 4 + 1), most_filter_words));
    for (const std::string& name : names) names_.push_back(rule.ignore_case ? lowercase_text(name) : name);
    for (std::uint32_t name = 0; name < names_.size(); ++name) add(names[name], name);
  }

  const NameRule& rule() const { return segments_.rule(); }
  std::size_t names() const { return names_.size(); }

  /// What a search needs for itself; one a thread, for any number of searches.
  using Scratch = std::vector<Segment>;

  /// Puts all matches into `matches`, by their beginning and at the same one the shorter first. The text is valid
  /// UTF-8.
  void search(std::string_view text, Scratch& scratch, std::vector<NameMatch>& matches) const {
    matches.clear();
    segments_.cut(text, scratch);
    std::array<std::uint32_t, 32> beginnings;
    std::size_t waiting = 0;
    for (std::size_t first = 0; first < scratch.size(); ++first) {
      const std::uint64_t hash = scratch[first].hash;
      if (may_begin(hash)) {
        trie_.prefetch(detail::SegmentTrie::key_of(0, hash));
        beginnings[waiting++] = static_cast<std::uint32_t>(first);
      }
      if (waiting < beginnings.size() && first + 1 < scratch.size()) continue;
      for (std::size_t i = 0; i < waiting; ++i) follow(text, scratch, beginnings[i], matches);
      waiting = 0;
    }
  }

 private:
  static constexpr std::size_t most_filter_words = std::size_t{1} << 15;  // 256 KiB

  std::size_t count_segments(std::span<const std::string> names) const {
    std::size_t count = 0;
    Scratch scratch;
    for (const std::string& name : names) {
      segments_.cut(name, scratch);
      count += scratch.size();
    }
    return count;
  }

  std::size_t filter_word(std::uint64_t hash) const { return hash >> 32 & (first_segments_.size() - 1); }
  bool may_begin(std::uint64_t hash) const { return (first_segments_[filter_word(hash)] >> (hash >> 58) & 1) != 0; }

  /// The label of the edge for segment `at` and, where that is a space, the one after it; `at` moves behind it.
  std::uint64_t label(const Scratch& scratch, std::size_t& at) const {
    const std::uint64_t hash = scratch[at++].hash;
    if (hash != space_ || at == scratch.size()) return hash;
    return std::rotl(scratch[at++].hash, 1);
  }

  void add(const std::string& name, std::uint32_t number) {
    if (name.empty()) throw error("name ", number, " of those to be found is empty");
    if (name.front() == ' ' || name.back() == ' ')
      throw error("name ", number, " of those to be found begins or ends with a space");
    Scratch scratch;
    segments_.cut(name, scratch);
    first_segments_[filter_word(scratch[0].hash)] |= std::uint64_t{1} << (scratch[0].hash >> 58);
    std::size_t at = 1;
    detail::SegmentTrie::Edge* edge = trie_.find_or_add(detail::SegmentTrie::key_of(0, scratch[0].hash));
    while (at < scratch.size()) {
      if (edge->child == 0) edge->child = ++nodes_;
      edge = trie_.find_or_add(detail::SegmentTrie::key_of(edge->child, label(scratch, at)));
    }
    for (std::uint32_t other = edge->name; other != detail::SegmentTrie::none; other = same_edge_[other])
      if (names_[other] == names_[number]) return;
    same_edge_[number] = edge->name;
    edge->name = number;
  }

  void follow(std::string_view text, const Scratch& scratch, std::size_t first, std::vector<NameMatch>& matches) const {
    const std::uint32_t begin = scratch[first].begin;
    std::size_t at = first + 1;
    std::uint64_t key = detail::SegmentTrie::key_of(0, scratch[first].hash);
    while (const detail::SegmentTrie::Edge* edge = trie_.find(key)) {
      const auto end = at < scratch.size() ? scratch[at].begin : static_cast<std::uint32_t>(text.size());
      for (std::uint32_t name = edge->name; name != detail::SegmentTrie::none; name = same_edge_[name])
        if (is_name(text.substr(begin, end - begin), name)) matches.push_back({name, begin, end});
      if (edge->child == 0 || at == scratch.size()) return;
      key = detail::SegmentTrie::key_of(edge->child, label(scratch, at));
      if (!trie_.may_have(key)) return;
    }
  }

  bool is_name(std::string_view text, std::uint32_t name) const {
    return rule().ignore_case ? lowercase_text(text) == names_[name] : text == names_[name];
  }

  TextSegments segments_;
  detail::SegmentTrie trie_;
  std::vector<std::string> names_;             // in small letters where case is ignored
  std::vector<std::uint32_t> same_edge_;       // the next name that ends at the same edge
  std::vector<std::uint64_t> first_segments_;  // a bit for the first segments of names
  std::uint64_t space_ = detail::segment_hash(" ", 1);
  std::uint32_t nodes_ = 0;
};

}  // namespace neuroglot
