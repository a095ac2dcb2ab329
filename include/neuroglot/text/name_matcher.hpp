/// Finds all of very many names in a text at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/text/text_segments.hpp"

namespace neuroglot {

/// Name `name` stands at bytes [begin, end) of a text.
struct NameMatch {
  std::uint32_t name, begin, end;

  bool operator==(const NameMatch&) const = default;
};

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

/// A name is found wherever its segments stand in a row: names inside of each other and overlapping ones too, each with
/// a border of TextSegments on either side. Names are numbered as they were given; of equal ones the first is found.
/// The edges of the trie are words, with the space before them: a segment that no name begins with is turned away by
/// one bit, and the edges of several beginnings are fetched at once, so that a text costs little more than its hashes.
class NameMatcher {
 public:
  /// Names are valid UTF-8. Throws Error for an empty one and for one that begins or ends with a space.
  explicit NameMatcher(std::span<const std::string> names, NameRule rule = {})
      : segments_(rule), trie_(count_segments(names)), names_(names.size()) {
    first_segments_.resize(std::min(std::bit_ceil(names.size() / 4 + 1), most_filter_words));
    for (std::uint32_t name = 0; name < names.size(); ++name) add(names[name], name);
  }

  const NameRule& rule() const { return segments_.rule(); }
  std::size_t names() const { return names_; }

  /// What a search needs for itself; one a thread, for any number of searches.
  struct Scratch {
    std::vector<Segment> segments;
    std::vector<NameMatch> possible;  // by the place of the first name that it may be
  };

  /// Puts all matches into `matches`, by their beginning and at the same one the shorter first. The text is valid
  /// UTF-8.
  void search(std::string_view text, Scratch& scratch, std::vector<NameMatch>& matches) const {
    segments_.cut(text, scratch.segments);
    find_possible(text, scratch);
    matches.clear();
    for (const NameMatch& possible : scratch.possible) {
      const std::uint32_t name = name_of(possible, text);
      if (name != detail::NamePool::none) matches.push_back({name, possible.begin, possible.end});
    }
  }

 private:
  static constexpr std::size_t most_filter_words = std::size_t{1} << 15;  // 256 KiB

  std::size_t count_segments(std::span<const std::string> names) const {
    std::size_t count = 0;
    std::vector<Segment> segments;
    for (const std::string& name : names) {
      segments_.cut(name, segments);
      count += segments.size();
    }
    return count;
  }

  std::size_t filter_word(std::uint64_t hash) const { return hash >> 32 & (first_segments_.size() - 1); }
  bool may_begin(std::uint64_t hash) const { return (first_segments_[filter_word(hash)] >> (hash >> 58) & 1) != 0; }

  /// The label of the edge for segment `at` and, where that is a space, the one after it; `at` moves behind it.
  std::uint64_t label(const std::vector<Segment>& segments, std::size_t& at) const {
    const std::uint64_t hash = segments[at++].hash;
    if (hash != space_ || at == segments.size()) return hash;
    return std::rotl(segments[at++].hash, 1);
  }

  void add(const std::string& name, std::uint32_t number) {
    if (name.empty()) throw error("name ", number, " of those to be found is empty");
    if (name.front() == ' ' || name.back() == ' ')
      throw error("name ", number, " of those to be found begins or ends with a space");
    std::vector<Segment> segments;
    segments_.cut(name, segments);
    const std::uint64_t first = segments[0].hash;
    first_segments_[filter_word(first)] |= std::uint64_t{1} << (first >> 58);
    std::size_t at = 1;
    detail::SegmentTrie::Edge* edge = trie_.find_or_add(detail::SegmentTrie::key_of(0, first));
    while (at < segments.size()) {
      if (edge->child == 0) edge->child = ++nodes_;
      edge = trie_.find_or_add(detail::SegmentTrie::key_of(edge->child, label(segments, at)));
    }
    const std::string searched = rule().ignore_case ? lowercase_text(name) : name;
    if (pool_.find(edge->name, searched) == detail::NamePool::none)
      edge->name = pool_.add(searched, number, edge->name);
  }

  /// The places where the edges of a name lead to its end.
  void find_possible(std::string_view text, Scratch& scratch) const {
    scratch.possible.clear();
    std::array<std::uint32_t, 32> beginnings;
    std::size_t waiting = 0;
    for (std::size_t first = 0; first < scratch.segments.size(); ++first) {
      const std::uint64_t hash = scratch.segments[first].hash;
      if (may_begin(hash)) {
        trie_.prefetch(detail::SegmentTrie::key_of(0, hash));
        beginnings[waiting++] = static_cast<std::uint32_t>(first);
      }
      if (waiting < beginnings.size() && first + 1 < scratch.segments.size()) continue;
      for (std::size_t i = 0; i < waiting; ++i)
        follow(static_cast<std::uint32_t>(text.size()), scratch.segments, beginnings[i], scratch.possible);
      waiting = 0;
    }
  }

  void follow(std::uint32_t text_end, const std::vector<Segment>& segments, std::size_t first,
              std::vector<NameMatch>& possible) const {
    std::size_t at = first + 1;
    std::uint64_t key = detail::SegmentTrie::key_of(0, segments[first].hash);
    while (const detail::SegmentTrie::Edge* edge = trie_.find(key)) {
      if (edge->name != detail::NamePool::nowhere) {
        pool_.prefetch(edge->name);
        possible.push_back({edge->name, segments[first].begin, at < segments.size() ? segments[at].begin : text_end});
      }
      if (edge->child == 0 || at == segments.size()) return;
      key = detail::SegmentTrie::key_of(edge->child, label(segments, at));
      if (!trie_.may_have(key)) return;
    }
  }

  std::uint32_t name_of(const NameMatch& possible, std::string_view text) const {
    const std::string_view found = text.substr(possible.begin, possible.end - possible.begin);
    return rule().ignore_case ? pool_.find(possible.name, lowercase_text(found)) : pool_.find(possible.name, found);
  }

  TextSegments segments_;
  detail::SegmentTrie trie_;
  detail::NamePool pool_;                      // in small letters where case is ignored
  std::vector<std::uint64_t> first_segments_;  // a bit for the first segments of names
  std::uint64_t space_ = detail::segment_hash(" ", 1);
  std::size_t names_;
  std::uint32_t nodes_ = 0;
};

}  // namespace neuroglot
