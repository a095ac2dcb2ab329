/// ops/attention.hpp on the device: sequences of one query by splitting their keys, all others by tiles, with tensor
/// cores or without.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "kernels/attention.hpp"
#include "kernels/attention_wmma.hpp"
#include "kernels/decode_attention.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/device_functions.hpp"
#include "neuroglot/ops/cuda/staging.hpp"

namespace neuroglot::cuda {

namespace detail {

/// Sequences that one launch takes together.
struct Together {
  std::vector<Sequence<float>> sequences;
  int queries = 0, keys = 0;  // of the longest
  bool fours = true;

  void add(const Sequence<float>& sequence, int head_dim) {
    sequences.push_back(sequence);
    queries = std::max(queries, sequence.q.rows);
    keys = std::max(keys, sequence.k.rows);
    fours = fours && in_fours(sequence, head_dim);
  }
  int count() const { return static_cast<int>(sequences.size()); }
};

inline void decode(Stream stream, Workspace& workspace, Staging& staging, const Heads& shape, const Together& of) {
  const Index parts = Index{of.count()} * shape.heads * pieces(of.keys, decode_split);
  const DecodeScratch scratch{workspace.matrix<float>(1, parts).data, workspace.matrix<float>(1, parts).data,
                              workspace.matrix<float>(parts, shape.head_dim).data};
  const Sequence<float>* const there = staging.up(stream, workspace, std::span(std::as_const(of.sequences)));
  decode_attention<float>(stream, shape, there, of.count(), of.keys, scratch);
}

}  // namespace detail

/// Which kernel takes a sequence depends on the sequence alone, so its bits do not depend on the batch.
/// with_tensor_cores: q, k, v are rounded to bf16, except where a sequence has one query, and in heads of more than 128
/// values, whose tiles do not fit.
template <class Mask>
void attention(Stream stream, Workspace& workspace, Staging& staging, const AttentionShape& shape, const Mask& mask,
               std::span<const AttentionSequence<float>> sequences, bool with_tensor_cores = false) {
  const Workspace::Scope scope(workspace);
  const float* const slopes =
      shape.alibi_slopes.empty() ? nullptr : staging.up(stream, workspace, std::span<const float>(shape.alibi_slopes));
  const Heads heads = heads_of(shape, mask, slopes);
  detail::Together by_tiles, by_keys;
  for (const AttentionSequence<float>& sequence : sequences) {
    const Sequence<float> there = sequence_of(sequence);
    (there.q.rows == 1 && in_fours(there, heads.head_dim) ? by_keys : by_tiles).add(there, heads.head_dim);
  }
  if (by_keys.count() > 0) detail::decode(stream, workspace, staging, heads, by_keys);
  if (by_tiles.count() == 0) return;
  const Sequence<float>* const there = staging.up(stream, workspace, std::span(std::as_const(by_tiles.sequences)));
  if (with_tensor_cores && heads.head_dim <= 128)
    attention_with_tensor_cores<float>(stream, heads, there, by_tiles.count(), by_tiles.queries, by_tiles.fours);
  else
    attention<float>(stream, heads, there, by_tiles.count(), by_tiles.queries, by_tiles.fours);
}

}  // namespace neuroglot::cuda
