/// Which keys a query sees: always one run of neighbouring positions.
#pragma once

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

}  // namespace neuroglot
