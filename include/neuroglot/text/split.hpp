/// Cutting a text at the matches of a pattern: what becomes of the matches (tokenizer.json's "behavior").
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// "the-final--countdown" cut at "-":
enum class SplitBehavior {
  removed,               ///< the | final | countdown
  isolated,              ///< the | - | final | - | - | countdown
  merged_with_previous,  ///< the- | final- | - | countdown
  merged_with_next,      ///< the | -final | - | -countdown
  contiguous,            ///< the | - | final | -- | countdown
};

/// A part of a text, and whether it is a match or what lies between two.
struct Cut {
  ByteSpan bytes;
  bool is_match;
};

namespace detail {

// One pass for both directions: `joins` says whether a part joins the one before it, `join` how.
template <class Parts, class Joins, class Join>
std::vector<Cut> join_neighbours(const Parts& parts, Joins joins, Join join) {
  std::vector<Cut> out;
  bool previous = false;  // was the part before a match?
  for (const Cut& part : parts) {
    if (!out.empty() && joins(part.is_match, previous))
      join(out.back().bytes, part.bytes);
    else
      out.push_back(part);
    previous = part.is_match;
  }
  return out;
}

}  // namespace detail

/// The parts a text is cut into, empty ones left out; `cuts` cover the text in order.
inline std::vector<ByteSpan> apply(SplitBehavior behavior, std::vector<Cut> cuts) {
  const auto extend_right = [](ByteSpan& to, const ByteSpan& by) { to.end = by.end; };
  const auto extend_left = [](ByteSpan& to, const ByteSpan& by) { to.begin = by.begin; };
  const auto single_match = [](bool match, bool previous) { return match && !previous; };
  const auto same_kind = [](bool match, bool previous) { return match == previous; };
  if (behavior == SplitBehavior::contiguous) cuts = detail::join_neighbours(cuts, same_kind, extend_right);
  if (behavior == SplitBehavior::merged_with_previous) cuts = detail::join_neighbours(cuts, single_match, extend_right);
  if (behavior == SplitBehavior::merged_with_next) {
    const std::vector<Cut> backwards(cuts.rbegin(), cuts.rend());
    const std::vector<Cut> joined = detail::join_neighbours(backwards, single_match, extend_left);
    cuts.assign(joined.rbegin(), joined.rend());
  }
  std::vector<ByteSpan> words;
  for (const Cut& cut : cuts)
    if (cut.bytes.begin < cut.bytes.end && !(cut.is_match && behavior == SplitBehavior::removed))
      words.push_back(cut.bytes);
  return words;
}

namespace detail {

inline SplitBehavior read_split_behavior(const JsonNode& node) {
  const std::string& name = node.string();
  if (name == "Removed") return SplitBehavior::removed;
  if (name == "Isolated") return SplitBehavior::isolated;
  if (name == "MergedWithPrevious") return SplitBehavior::merged_with_previous;
  if (name == "MergedWithNext") return SplitBehavior::merged_with_next;
  if (name == "Contiguous") return SplitBehavior::contiguous;
  throw node.unsupported("behavior", name, "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
}

}  // namespace detail
}  // namespace neuroglot
