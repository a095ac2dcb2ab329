/// Which keys a query sees: always one run of neighbouring positions.
#pragma once

#include <algorithm>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Keys [first, last) of a sequence.
struct KeyRange {
  Index first;
  Index last;
};

/// A token sees itself and all before it.
struct Causal {
  KeyRange visible(Index query, Index /*keys*/) const { return {0, query + 1}; }
};

/// A token sees the whole sequence.
struct Bidirectional {
  KeyRange visible(Index /*query*/, Index keys) const { return {0, keys}; }
};

/// A token sees `before` tokens before it and `after` tokens after it: sliding windows, of one layer or another.
struct Window {
  static constexpr Index unlimited = Index{1} << 40;
  Index before = unlimited;
  Index after = 0;

  KeyRange visible(Index query, Index keys) const {
    return {std::max<Index>(0, query - before), std::min(keys, query + after + 1)};
  }
};

}  // namespace neuroglot
