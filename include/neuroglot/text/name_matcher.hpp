/// Finds all of very many names in a text at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/segment_trie.hpp"
#include "neuroglot/text/text_segments.hpp"

namespace neuroglot {

/// Name `name` stands at bytes [begin, end) of a text.
struct NameMatch {
  std::uint32_t name, begin, end;

  bool operator==(const NameMatch&) const = default;
};

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
      if (hash != space_ && may_begin(hash)) {
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
