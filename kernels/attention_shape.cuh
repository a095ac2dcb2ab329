/// What all attention kernels are told: the heads, the mask, the sequences. (ops/attention.hpp, ops/mask.hpp)
#pragma once

#include "kernels/rows.cuh"

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

  __host__ __device__ int kv_head(int head) const { return head / (heads / kv_heads); }
  __host__ __device__ int first_key(int position) const { return position > before ? position - before : 0; }
  __host__ __device__ int last_key(int position, int keys) const {
    return keys - position > after ? position + after + 1 : keys;
  }
  /// The score of a key from the product q k.
  __device__ float score(float dot, int head, int key) const {
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

  __host__ __device__ int position(int query) const { return k.rows - q.rows + query; }
};

/// Whether all heads of all matrices can be read in fours.
template <class T>
bool in_fours(const Sequence<T>& sequence, int head_dim) {
  return head_dim % 4 == 0 && in_fours(sequence.q) && in_fours(sequence.k) && in_fours(sequence.v) &&
         in_fours(sequence.z);
}

/// What a query has seen so far of its keys: the largest score, and the sum of exp(score - largest). A later, larger
/// score shrinks what was summed before by `correction`. (Milakov and Gimelshein 2018; Dao et al. 2022, algorithm 1)
struct OnlineSoftmax {
  float largest = -INFINITY, sum = 0;

  /// Returns exp(old largest - new largest) for a new largest score among those that follow.
  __device__ float raise(float score) {
    const float before = largest;
    largest = fmaxf(largest, score);
    const float correction = before == -INFINITY ? 0.0f : expf(before - largest);
    sum *= correction;
    return correction;
  }
  __device__ float weight(float score) const { return score == -INFINITY ? 0.0f : expf(score - largest); }
};

}  // namespace neuroglot::cuda
