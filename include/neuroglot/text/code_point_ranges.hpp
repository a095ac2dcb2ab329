/// Sets of characters as sorted ranges.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace neuroglot::detail {

struct CodePointRange {
  char32_t first, last;
};

/// Whether one of the ranges, which are in order and apart, holds the character.
template <std::size_t count>
bool in_ranges(const std::array<CodePointRange, count>& ranges, char32_t c) {
  const auto before = [](const CodePointRange& range, char32_t value) { return range.last < value; };
  const auto range = std::lower_bound(ranges.begin(), ranges.end(), c, before);
  return range != ranges.end() && range->first <= c;
}

}  // namespace neuroglot::detail
