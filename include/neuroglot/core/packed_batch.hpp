/// Several sequences end to end as the rows of one matrix: no padding, so hooks only ever see real tokens.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Token ids of all sequences, row by row. Sequence s is rows [offsets[s], offsets[s + 1]); row r stands at
/// positions[r] of its sequence, which is 0 for the first token unless a KV cache holds earlier ones.
class PackedBatch {
 public:
  using Id = std::int32_t;

  PackedBatch() = default;
  PackedBatch(std::initializer_list<std::vector<Id>> sequences) {
    for (const std::vector<Id>& sequence : sequences) add(sequence);
  }

  /// Appends a sequence that goes on at position `first`. Throws UsageError for an empty one.
  void add(std::span<const Id> sequence, Index first = 0) {
    if (sequence.empty()) throw usage_error("a sequence of a batch holds no token");
    ids_.insert(ids_.end(), sequence.begin(), sequence.end());
    for (Index i = 0; i < static_cast<Index>(sequence.size()); ++i) positions_.push_back(first + i);
    offsets_.push_back(static_cast<Index>(ids_.size()));
  }

  Index rows() const { return static_cast<Index>(ids_.size()); }
  Index sequences() const { return static_cast<Index>(offsets_.size()) - 1; }
  Index begin(Index sequence) const { return offsets_[static_cast<std::size_t>(sequence)]; }
  Index length(Index sequence) const { return begin(sequence + 1) - begin(sequence); }
  std::span<const Id> ids() const { return ids_; }
  std::span<const Index> offsets() const { return offsets_; }
  std::span<const Index> positions() const { return positions_; }
  /// Position of the token after the sequence's last one: how many of its tokens have been seen, this batch included.
  Index seen(Index sequence) const { return positions_[static_cast<std::size_t>(begin(sequence + 1)) - 1] + 1; }

 private:
  std::vector<Id> ids_;
  std::vector<Index> offsets_{0};
  std::vector<Index> positions_;
};

}  // namespace neuroglot
