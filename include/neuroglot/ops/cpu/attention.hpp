/// ops/attention.hpp in vector code: a block of queries at a time, so that no (queries, keys) matrix of a whole
/// sequence exists unless a hook asks for one. Step by step or all at once, each value is the same chain of operations:
/// the same bits.
#pragma once

#include <algorithm>
#include <limits>
#include <span>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/cpu/matmul.hpp"
#include "neuroglot/ops/cpu/soft_cap.hpp"
#include "neuroglot/ops/cpu/softmax.hpp"

namespace neuroglot::cpu {

namespace detail {

inline constexpr Index query_block = 48;  // rows of scores that stay in the second-level cache with their keys

/// Keys and values of one key/value head of one sequence, packed for the products.
struct PackedHead {
  float* keys;    ///< panels of (keys)^T: (keys / 16, head_dim, 16)
  float* values;  ///< panels of values: (head_dim / 16, keys, 16)
};

inline void pack_head(const AttentionShape& shape, const AttentionSequence<float>& sequence, Index kv_head,
                      const PackedHead& to) {
  pack_rows_as_panels(sequence.k.col_range(kv_head * shape.head_dim, shape.head_dim), to.keys);
  pack_cols_as_panels(sequence.v.col_range(kv_head * shape.head_dim, shape.head_dim), to.values);
}

inline PackedHead take_head(Workspace& workspace, const AttentionShape& shape, Index keys) {
  return {workspace.matrix<float>(1, panel_floats(keys, shape.head_dim)).data,
          workspace.matrix<float>(1, panel_floats(shape.head_dim, keys)).data};
}

/// scores += slope * position of the key. (Press et al. 2022, as BLOOM has it: up to a constant a query, which the
/// softmax does not see)
inline void add_alibi(MatrixView<float> scores, float slope) {
  for (Index row = 0; row < scores.rows; ++row)
    for (Index key = 0; key < scores.cols; ++key) scores(row, key) += slope * static_cast<float>(key);
}

/// scores (queries, keys seen by the last of them) of queries [first, first + scores.rows); -inf where masked.
template <class Mask>
void score(const AttentionShape& shape, const Mask& mask, const AttentionSequence<float>& sequence, Index head,
           Index first, const float* key_panels, MatrixView<float> scores) {
  const auto q = sequence.q.col_range(head * shape.head_dim, shape.head_dim).row_range(first, scores.rows);
  matmul_panels(q, key_panels, scores.cols, scores, static_cast<float>(shape.scale));
  if (shape.softcap > 0) soft_cap(scores, static_cast<float>(shape.softcap));
  if (!shape.alibi_slopes.empty()) add_alibi(scores, shape.alibi_slopes[static_cast<std::size_t>(head)]);
  for (Index row = 0; row < scores.rows; ++row) {
    const KeyRange visible = mask.visible(sequence.position(first + row), sequence.keys());
    const auto hide = [&](Index from, Index to) {
      for (Index key = from; key < to; ++key) scores(row, key) = -std::numeric_limits<float>::infinity();
    };
    hide(0, std::min(visible.first, scores.cols));
    hide(std::min(visible.last, scores.cols), scores.cols);
  }
}

/// z of queries [first, first + pattern.rows) = pattern (queries, some first keys) times their values.
inline void mix(const AttentionShape& shape, const AttentionSequence<float>& sequence, Index head, Index first,
                const float* value_panels, MatrixView<const float> pattern) {
  const auto z = sequence.z.col_range(head * shape.head_dim, shape.head_dim).row_range(first, pattern.rows);
  matmul_panels(pattern, value_panels, shape.head_dim, z, 1.0f, sequence.keys());
}

/// The largest number of keys that any of the queries up to `last` sees.
template <class Mask>
Index keys_needed(const Mask& mask, const AttentionSequence<float>& sequence, Index last) {
  return std::min(sequence.keys(), mask.visible(sequence.position(last), sequence.keys()).last);
}

}  // namespace detail

/// scores (queries, keys) of one head of one sequence.
template <class Mask>
void attention_scores(Workspace& workspace, const AttentionShape& shape, const Mask& mask,
                      const AttentionSequence<float>& sequence, Index head, MatrixView<float> scores) {
  const Workspace::Scope scope(workspace);
  float* const panels = workspace.matrix<float>(1, panel_floats(sequence.keys(), shape.head_dim)).data;
  pack_rows_as_panels(sequence.k.col_range(shape.kv_head(head) * shape.head_dim, shape.head_dim), panels);
  detail::score(shape, mask, sequence, head, 0, panels, scores);
}

/// z of one head of one sequence from its pattern (queries, keys).
inline void attention_mix(Workspace& workspace, const AttentionShape& shape, const AttentionSequence<float>& sequence,
                          Index head, MatrixView<const float> pattern) {
  const Workspace::Scope scope(workspace);
  float* const panels = workspace.matrix<float>(1, panel_floats(shape.head_dim, sequence.keys())).data;
  pack_cols_as_panels(sequence.v.col_range(shape.kv_head(head) * shape.head_dim, shape.head_dim), panels);
  detail::mix(shape, sequence, head, 0, panels, pattern);
}

/// z of all heads of all sequences. Work is shared out by sequence, head and block of queries.
template <class Mask>
void attention(Threads& threads, Workspace& workspace, const AttentionShape& shape, const Mask& mask,
               std::span<const AttentionSequence<float>> sequences) {
  using namespace detail;
  for (const AttentionSequence<float>& sequence : sequences) {
    const Workspace::Scope scope(workspace);
    std::vector<PackedHead> packed;
    for (Index head = 0; head < shape.kv_heads; ++head) packed.push_back(take_head(workspace, shape, sequence.keys()));
    const auto scratch = workspace.matrix<float>(threads.size() * query_block, sequence.keys());
    threads.for_each(shape.kv_heads, [&](Index head, int) {
      pack_head(shape, sequence, head, packed[static_cast<std::size_t>(head)]);
    });
    const Index blocks = (sequence.queries() + query_block - 1) / query_block;
    threads.for_each(shape.heads * blocks, [&](Index chunk, int thread) {
      const Index head = chunk % shape.heads;
      const Index first = (blocks - 1 - chunk / shape.heads) * query_block;  // the longest first: threads end together
      const Index count = std::min(query_block, sequence.queries() - first);
      const PackedHead& at = packed[static_cast<std::size_t>(shape.kv_head(head))];
      const Index keys = keys_needed(mask, sequence, first + count - 1);
      const auto scores = scratch.row_range(thread * query_block, count).col_range(0, keys);
      score(shape, mask, sequence, head, first, at.keys, scores);
      softmax(scores);
      mix(shape, sequence, head, first, at.values, scores);
    });
  }
}

}  // namespace neuroglot::cpu
