/// Which pieces of a vocabulary a text begins with, found in one walk over its bytes (Fredkin 1960).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// Nodes lie level by level, so that a node's children stand side by side, in order of their bytes.
class PieceTrie {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  PieceTrie() : PieceTrie(std::vector<std::pair<std::string_view, TokenId>>()) {}

  /// Pieces and their ids; of a piece that is there twice the last counts, empty ones are left out.
  explicit PieceTrie(std::vector<std::pair<std::string_view, TokenId>> pieces);

  /// The node of the texts that begin with `byte`, none where no piece does.
  std::uint32_t first(char byte) const { return roots_[static_cast<unsigned char>(byte)]; }

  /// The node for one more byte, or none.
  std::uint32_t next(std::uint32_t node, char byte) const {
    const std::uint32_t begin = children_[node], count = children_[node + 1] - begin;
    const void* const found = std::memchr(bytes_.data() + begin, static_cast<unsigned char>(byte), count);
    return found == nullptr ? none : static_cast<std::uint32_t>(static_cast<const char*>(found) - bytes_.data());
  }

  /// The id of the piece that ends at the node, -1 where none does.
  TokenId id(std::uint32_t node) const { return ids_[node]; }

  /// Calls found(bytes, id) for each piece that `text` begins with, the shortest first.
  template <class Found>
  void for_each_prefix(std::string_view text, Found&& found) const {
    if (text.empty()) return;
    std::uint32_t node = first(text[0]);
    for (std::size_t bytes = 1; node != none; ++bytes) {
      if (ids_[node] >= 0) found(bytes, ids_[node]);
      if (bytes == text.size()) return;
      node = next(node, text[bytes]);
    }
  }

 private:
  // Pieces [begin, end) of the sorted list share their first `depth` bytes.
  struct Range {
    std::size_t begin, end, depth;
  };

  std::array<std::uint32_t, 256> roots_{};
  std::vector<std::uint32_t> children_;  // of each node: where they begin; one more at the end
  std::vector<char> bytes_;              // of each node: its last
  std::vector<TokenId> ids_;
};

inline PieceTrie::PieceTrie(std::vector<std::pair<std::string_view, TokenId>> pieces) {
  std::erase_if(pieces, [](const auto& piece) { return piece.first.empty(); });
  std::stable_sort(pieces.begin(), pieces.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Range> ranges;  // of each node
  const auto add_children = [&](const Range& range) {
    for (std::size_t begin = range.begin, end = begin; begin < range.end; begin = end) {
      const char byte = pieces[begin].first[range.depth];
      while (end < range.end && pieces[end].first[range.depth] == byte) ++end;
      TokenId id = -1;
      std::size_t longer = begin;  // where the pieces begin that do not end here
      for (; longer < end && pieces[longer].first.size() == range.depth + 1; ++longer) id = pieces[longer].second;
      bytes_.push_back(byte);
      ids_.push_back(id);
      ranges.push_back({longer, end, range.depth + 1});
    }
  };
  roots_.fill(none);
  add_children({0, pieces.size(), 0});
  for (std::uint32_t node = 0; node < ranges.size(); ++node) roots_[static_cast<unsigned char>(bytes_[node])] = node;
  for (std::size_t node = 0; node < ranges.size(); ++node) {
    if (ranges.size() >= none) throw error("a vocabulary of ", pieces.size(), " pieces is too large");
    children_.push_back(static_cast<std::uint32_t>(ranges.size()));
    add_children(Range(ranges[node]));
  }
  children_.push_back(static_cast<std::uint32_t>(ranges.size()));
}

}  // namespace neuroglot
