/// Finds all of very many names in a text at once.
#pragma once

#include <algorithm>
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
    std::uint64_t key = 0;     // 0: the slot is free
    std::uint32_t child = 0;   // 0: no edge leaves its end
    std::uint32_t name = none;  // that ends there
  };

  explicit SegmentTrie(std::size_t most_edges) : edges_(std::bit_ceil(2 * most_edges + 2)) {}

  Edge* find_or_add(std::uint32_t node, std::uint64_t segment) {
    const std::uint64_t key = key_of(node, segment);
    std::size_t slot = key & (edges_.size() - 1);
    while (edges_[slot].key != 0 && edges_[slot].key != key) slot = (slot + 1) & (edges_.size() - 1);
    edges_[slot].key = key;
    return &edges_[slot];
  }

  /// nullptr where there is none.
  const Edge* find(std::uint32_t node, std::uint64_t segment) const {
    const std::uint64_t key = key_of(node, segment);
    std::size_t slot = key & (edges_.size() - 1);
    for (; edges_[slot].key != 0; slot = (slot + 1) & (edges_.size() - 1))
      if (edges_[slot].key == key) return &edges_[slot];
    return nullptr;
  }

 private:
  static std::uint64_t key_of(std::uint32_t node, std::uint64_t segment) {
    const std::uint64_t key = node == 0 ? segment : folded_product(segment ^ node, 0x9e3779b97f4a7c15);
    return key == 0 ? 1 : key;
  }

  std::vector<Edge> edges_;
};

}  // namespace detail

/// A name is found wherever its segments stand in a row: names inside of each other and overlapping ones too, each with
/// a border of TextSegments on either side. Names are numbered as they were given; of equal ones the first is found. A
/// first segment that no name begins with is turned away by one bit, so that most of a text costs a hash a word.
class NameMatcher {
 public:
  /// Names are valid UTF-8. Throws Error for an empty one.
  explicit NameMatcher(std::span<const std::string> names, NameRule rule = {})
      : segments_(rule), trie_(count_segments(names)), same_edge_(names.size(), detail::SegmentTrie::none) {
    for (const std::string& name : names) names_.push_back(rule.ignore_case ? lowercase_text(name) : name);
    first_segments_.assign(std::clamp<std::size_t>(std::bit_ceil(names.size() / 2 + 1), 64, most_filter_words), 0);
    for (std::uint32_t name = 0; name < names_.size(); ++name) add(names[name], name);
  }

  const NameRule& rule() const { return segments_.rule(); }
  std::size_t names() const { return names_.size(); }

  /// What a search needs for itself; one a thread, for any number of searches.
  using Scratch = std::vector<Segment>;

  /// Puts all matches into `matches`, by their beginning and at the same one the shorter first. The text is valid UTF-8.
  void search(std::string_view text, Scratch& scratch, std::vector<NameMatch>& matches) const {
    matches.clear();
    segments_.cut(text, scratch);
    for (std::size_t first = 0; first < scratch.size(); ++first) {
      const std::uint64_t hash = scratch[first].hash;
      if ((first_segments_[filter_word(hash)] >> (hash & 63) & 1) != 0) follow(text, scratch, first, matches);
    }
  }

 private:
  static constexpr std::size_t most_filter_words = std::size_t{1} << 15;  // 256 KiB: stays in the second cache

  std::size_t count_segments(std::span<const std::string> names) const {
    std::size_t count = 0;
    Scratch scratch;
    for (const std::string& name : names) {
      segments_.cut(name, scratch);
      count += scratch.size();
    }
    return count;
  }

  std::size_t filter_word(std::uint64_t hash) const { return hash >> 40 & (first_segments_.size() - 1); }

  void add(const std::string& name, std::uint32_t number) {
    if (name.empty()) throw error("name ", number, " of those to be found is empty");
    Scratch scratch;
    segments_.cut(name, scratch);
    first_segments_[filter_word(scratch[0].hash)] |= std::uint64_t{1} << (scratch[0].hash & 63);
    std::uint32_t node = 0;
    detail::SegmentTrie::Edge* edge = nullptr;
    for (const Segment& segment : scratch) {
      if (edge != nullptr && edge->child == 0) edge->child = ++nodes_;
      if (edge != nullptr) node = edge->child;
      edge = trie_.find_or_add(node, segment.hash);
    }
    for (std::uint32_t other = edge->name; other != detail::SegmentTrie::none; other = same_edge_[other])
      if (names_[other] == names_[number]) return;
    same_edge_[number] = edge->name;
    edge->name = number;
  }

  void follow(std::string_view text, const Scratch& scratch, std::size_t first,
              std::vector<NameMatch>& matches) const {
    const std::uint32_t begin = scratch[first].begin;
    std::uint32_t node = 0;
    for (std::size_t at = first; at < scratch.size(); ++at) {
      const detail::SegmentTrie::Edge* edge = trie_.find(node, scratch[at].hash);
      if (edge == nullptr) return;
      const auto end = at + 1 < scratch.size() ? scratch[at + 1].begin : static_cast<std::uint32_t>(text.size());
      for (std::uint32_t name = edge->name; name != detail::SegmentTrie::none; name = same_edge_[name])
        if (is_name(text.substr(begin, end - begin), name)) matches.push_back({name, begin, end});
      if (edge->child == 0) return;
      node = edge->child;
    }
  }

  bool is_name(std::string_view text, std::uint32_t name) const {
    return rule().ignore_case ? lowercase_text(text) == names_[name] : text == names_[name];
  }

  TextSegments segments_;
  detail::SegmentTrie trie_;
  std::vector<std::string> names_;              // in small letters where case is ignored
  std::vector<std::uint32_t> same_edge_;        // the next name that ends at the same edge
  std::vector<std::uint64_t> first_segments_;   // a bit for the first segments of names
  std::uint32_t nodes_ = 0;
};

}  // namespace neuroglot
