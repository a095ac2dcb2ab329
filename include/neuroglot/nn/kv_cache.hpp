/// Keys and values of tokens that have been seen, so that a sequence can go on token by token.
#pragma once

#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"

namespace neuroglot {

/// Room for `capacity` tokens of each of `sequences` sequences in each layer. Keys are kept as attention uses them
/// (rotated).
template <class B>
class KvCache {
 public:
  using ConstView = MatrixView<const typename B::Scalar>;

  KvCache(Index layers, Index sequences, Index capacity, Index kv_width /* kv_heads * head_dim */)
      : sequences_(sequences),
        capacity_(capacity),
        lengths_(static_cast<std::size_t>(sequences), 0),
        keys_(layers * sequences * capacity, kv_width),
        values_(layers * sequences * capacity, kv_width) {}

  Index sequences() const { return sequences_; }
  /// Tokens of a sequence that are in the cache already.
  Index length(Index sequence) const { return lengths_[static_cast<std::size_t>(sequence)]; }

  /// Throws Error unless the batch goes on where each of the sequences stands and there is room for it.
  void require_fit(const PackedBatch& batch) const {
    if (batch.sequences() != sequences_)
      throw error("the batch has ", batch.sequences(), " sequences, the cache was made for ", sequences_);
    for (Index s = 0; s < sequences_; ++s) {
      const Index first = batch.positions()[static_cast<std::size_t>(batch.begin(s))];
      if (first != length(s))
        throw error("sequence ", s, " goes on at position ", first, ", but the cache holds ", length(s), " tokens");
      if (batch.seen(s) > capacity_)
        throw error("sequence ", s, " would have ", batch.seen(s), " tokens, the cache has room for ", capacity_);
    }
  }

  /// Copies new tokens' keys and values, (new, kv_width) each, behind the ones of a sequence in a layer.
  void append(B& backend, Index layer, Index sequence, ConstView keys, ConstView values) {
    const Index at = first_row(layer, sequence) + length(sequence);
    backend.copy(keys, keys_.view().row_range(at, keys.rows));
    backend.copy(values, values_.view().row_range(at, values.rows));
  }

  /// The first `count` keys and values of a sequence in a layer, (count, kv_width).
  ConstView keys(Index layer, Index sequence, Index count) const {
    return keys_.view().row_range(first_row(layer, sequence), count);
  }
  ConstView values(Index layer, Index sequence, Index count) const {
    return values_.view().row_range(first_row(layer, sequence), count);
  }

  /// To be called once a pass, when all layers have appended.
  void advance(const PackedBatch& batch) {
    for (Index s = 0; s < sequences_; ++s) lengths_[static_cast<std::size_t>(s)] = batch.seen(s);
  }

 private:
  Index first_row(Index layer, Index sequence) const { return (layer * sequences_ + sequence) * capacity_; }

  Index sequences_;
  Index capacity_;
  std::vector<Index> lengths_;
  typename B::Matrix keys_;
  typename B::Matrix values_;
};

}  // namespace neuroglot
