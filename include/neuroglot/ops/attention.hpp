/// Scaled dot-product attention over packed sequences: z = softmax(q k^T * scale + mask) v, head by head. (Vaswani et
/// al. 2017)
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/mask.hpp"

namespace neuroglot {

/// Query heads share key/value heads in groups of heads / kv_heads. (grouped-query attention, Ainslie et al. 2023)
struct AttentionShape {
  Index heads;
  Index kv_heads;
  Index head_dim;
  double scale;        ///< 1 / sqrt(head_dim), unless a family says otherwise
  double softcap = 0;  ///< scores become softcap tanh(scores / softcap) (Gemma 2); 0: they stay
  std::vector<float>
      alibi_slopes{};  ///< of each head, times the key's position is added to a score (BLOOM); empty: none

  Index kv_head(Index head) const { return head / (heads / kv_heads); }
};

/// One sequence as attention sees it. The queries are its last tokens: query i stands at position keys() - queries() +
/// i.
template <class T>
struct AttentionSequence {
  MatrixView<const T> q;  ///< (queries, heads * head_dim)
  MatrixView<const T> k;  ///< (keys, kv_heads * head_dim), earlier ones from the cache included
  MatrixView<const T> v;  ///< (keys, kv_heads * head_dim)
  MatrixView<T> z;        ///< (queries, heads * head_dim), the result

  Index queries() const { return q.rows; }
  Index keys() const { return k.rows; }
  Index position(Index query) const { return keys() - queries() + query; }
};

namespace reference {

/// scores (queries, keys) = q k^T * scale of one head; -inf where the mask hides the key.
template <class Mask, class T>
void attention_scores(const AttentionShape& shape, const Mask& mask, const AttentionSequence<T>& sequence, Index head,
                      MatrixView<T> scores) {
  const auto q = sequence.q.col_range(head * shape.head_dim, shape.head_dim);
  const auto k = sequence.k.col_range(shape.kv_head(head) * shape.head_dim, shape.head_dim);
  for (Index query = 0; query < q.rows; ++query) {
    const KeyRange visible = mask.visible(sequence.position(query), k.rows);
    for (Index key = 0; key < k.rows; ++key) {
      T dot = 0;
      for (Index i = 0; i < shape.head_dim; ++i) dot += q(query, i) * k(key, i);
      dot *= static_cast<T>(shape.scale);
      if (shape.softcap > 0) dot = static_cast<T>(shape.softcap) * std::tanh(dot / static_cast<T>(shape.softcap));
      if (!shape.alibi_slopes.empty())
        dot += static_cast<T>(shape.alibi_slopes[static_cast<std::size_t>(head)]) * static_cast<T>(key);
      const bool seen = key >= visible.first && key < visible.last;
      scores(query, key) = seen ? dot : -std::numeric_limits<T>::infinity();
    }
  }
}

/// Each row becomes exp(x - max) / sum exp(x - max).
template <class T>
void softmax(MatrixView<T> x) {
  for (Index row = 0; row < x.rows; ++row) {
    T maximum = -std::numeric_limits<T>::infinity(), sum = 0;
    for (const T value : x.row(row)) maximum = std::max(maximum, value);
    for (T& value : x.row(row)) sum += value = std::exp(value - maximum);
    for (T& value : x.row(row)) value /= sum;
  }
}

/// z of one head = pattern (queries, keys) times its values.
template <class T>
void attention_mix(const AttentionShape& shape, const AttentionSequence<T>& sequence, Index head,
                   MatrixView<const T> pattern) {
  const auto v = sequence.v.col_range(shape.kv_head(head) * shape.head_dim, shape.head_dim);
  const auto z = sequence.z.col_range(head * shape.head_dim, shape.head_dim);
  for (Index query = 0; query < z.rows; ++query)
    for (Index i = 0; i < shape.head_dim; ++i) {
      T sum = 0;
      for (Index key = 0; key < v.rows; ++key) sum += pattern(query, key) * v(key, i);
      z(query, i) = sum;
    }
}

}  // namespace reference
}  // namespace neuroglot
