/// Keys and values of tokens that have been seen, so that a sequence can go on token by token.
#pragma once

#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"

namespace neuroglot {

/// Room for `capacity` tokens of each of `sequences` sequences in each layer. Keys are kept as attention uses them
/// (rotated). Sequences that have ended are left behind by keep; nothing is moved for it, so the bits of the others
/// stay.
template <class B>
class KvCache {
 public:
  using ConstView = MatrixView<const typename B::Scalar>;

  KvCache(Index layers, Index sequences, Index capacity, Index kv_width /* kv_heads * head_dim */)
      : places_(static_cast<std::size_t>(sequences)),
        all_(sequences),
        capacity_(capacity),
        lengths_(static_cast<std::size_t>(sequences), 0),
        keys_(layers * sequences * capacity, kv_width),
        values_(layers * sequences * capacity, kv_width) {
    std::iota(places_.begin(), places_.end(), Index{0});
  }

  /// Sequences that batches are expected to have.
  Index sequences() const { return static_cast<Index>(places_.size()); }
  /// Tokens of a sequence that are in the cache already.
  Index length(Index sequence) const { return lengths_[static_cast<std::size_t>(place(sequence))]; }

  /// From now on batches hold these sequences alone, given ascending by their numbers in the batches until now; they
  /// are numbered anew from 0. Throws Error for others.
  void keep(std::span<const Index> going_on) {
    std::vector<Index> places;
    Index before = -1;
    for (const Index sequence : going_on) {
      if (sequence <= before || sequence >= sequences())
        throw error("sequence ", sequence, " can not be kept behind sequence ", before, " of ", sequences());
      before = sequence;
      places.push_back(place(sequence));
    }
    places_ = std::move(places);
  }

  /// Throws Error unless the batch goes on where each of the sequences stands and there is room for it.
  void require_fit(const PackedBatch& batch) const {
    if (batch.sequences() != sequences())
      throw error("the batch has ", batch.sequences(), " sequences, the cache was made for ", sequences());
    for (Index s = 0; s < sequences(); ++s) {
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
    for (Index s = 0; s < sequences(); ++s) lengths_[static_cast<std::size_t>(place(s))] = batch.seen(s);
  }

 private:
  Index place(Index sequence) const { return places_[static_cast<std::size_t>(sequence)]; }
  Index first_row(Index layer, Index sequence) const { return (layer * all_ + place(sequence)) * capacity_; }

  std::vector<Index> places_;  // where the sequences that go on have their rows
  Index all_;                  // sequences that there is room for
  Index capacity_;
  std::vector<Index> lengths_;
  typename B::Matrix keys_;
  typename B::Matrix values_;
};

}  // namespace neuroglot
