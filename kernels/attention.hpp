/// What attention kernels are told: the heads, the mask, the sequences; and the one for whole sequences.
/// (ops/attention.hpp, ops/mask.hpp)
#pragma once

#include <cmath>

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// heads / kv_heads query heads share a key/value head. A query at position p sees the keys
/// [p - before, p + after]: causal is {unlimited, 0}, bidirectional {unlimited, unlimited}, the rest are windows.
struct Heads {
  static constexpr int unlimited = 1 << 30;

  int heads = 1, kv_heads = 1, head_dim = 0;
  float scale = 1;
  float softcap = 0;                    ///< scores become softcap tanh(score / softcap); 0: they stay
  const float* alibi_slopes = nullptr;  ///< (heads) on the device, times the key's position is added; null: none
  int before = unlimited, after = 0;

  NEUROGLOT_HOST_DEVICE int kv_head(int head) const { return head / (heads / kv_heads); }
  NEUROGLOT_HOST_DEVICE int first_key(int position) const { return position > before ? position - before : 0; }
  NEUROGLOT_HOST_DEVICE int last_key(int position, int keys) const {
    return keys - position > after ? position + after + 1 : keys;
  }
  /// The score of a key from the product q k.
  NEUROGLOT_HOST_DEVICE float score(float dot, int head, int key) const {
    dot *= scale;
    if (softcap > 0) dot = softcap * tanhf(dot / softcap);
    return alibi_slopes == nullptr ? dot : dot + alibi_slopes[head] * static_cast<float>(key);
  }
};

/// One sequence; the queries are its last tokens. q, z (queries, heads * head_dim), k, v (keys, kv_heads * head_dim).
template <class T>
struct Sequence {
  Rows<const T> q, k, v;
  Rows<T> z;

  NEUROGLOT_HOST_DEVICE int position(int query) const { return k.rows - q.rows + query; }
};

/// Whether all heads of all matrices can be read in fours.
template <class T>
bool in_fours(const Sequence<T>& sequence, int head_dim) {
  return head_dim % 4 == 0 && in_fours(sequence.q) && in_fours(sequence.k) && in_fours(sequence.v) &&
         in_fours(sequence.z);
}

/// All heads of `count` sequences. `sequences` on the device; `queries`: of the longest of them; `fours`: whether
/// in_fours holds for all. Throws for heads of more than 256.
template <class T>
void attention(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int queries, bool fours);

}  // namespace neuroglot::cuda
