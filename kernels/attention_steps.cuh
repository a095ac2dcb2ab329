/// Attention step by step, for those who want to see scores and patterns: a (queries, keys) matrix of one head of one
/// sequence. (ops/attention.hpp; attention.cuh does all at once)
#pragma once

#include "kernels/attention_shape.cuh"
#include "kernels/attention_steps.hpp"

namespace neuroglot::cuda {

inline constexpr int step_threads = 128;

/// scores (queries, keys) = q k^T scale, capped and sloped; -inf where the mask hides the key. A thread a score.
template <class T>
__global__ void score_keys(Heads shape, Sequence<T> sequence, int head, Rows<T> scores) {
  const int query = static_cast<int>(blockIdx.x), key = static_cast<int>(blockIdx.y * step_threads + threadIdx.x);
  if (key >= sequence.k.rows) return;
  const T* const q = sequence.q.row(query) + head * shape.head_dim;
  const T* const k = sequence.k.row(key) + shape.kv_head(head) * shape.head_dim;
  float dot = 0;
  for (int i = 0; i < shape.head_dim; ++i) dot = fmaf(to_float(q[i]), to_float(k[i]), dot);
  const int position = sequence.position(query);
  const bool visible = key >= shape.first_key(position) && key < shape.last_key(position, sequence.k.rows);
  scores.row(query)[key] = from_float<T>(visible ? shape.score(dot, head, key) : -INFINITY);
}

/// z of one head = pattern (queries, keys) times its values. A thread a value of z.
template <class T>
__global__ void mix_values(Heads shape, Sequence<T> sequence, int head, Rows<const T> pattern) {
  const int query = static_cast<int>(blockIdx.x), i = static_cast<int>(blockIdx.y * step_threads + threadIdx.x);
  if (i >= shape.head_dim) return;
  float sum = 0;
  for (int key = 0; key < sequence.v.rows; ++key)
    sum = fmaf(to_float(pattern.row(query)[key]),
               to_float(sequence.v.row(key)[shape.kv_head(head) * shape.head_dim + i]), sum);
  sequence.z.row(query)[head * shape.head_dim + i] = from_float<T>(sum);
}

template <class T>
void attention_scores(Stream stream, const Heads& shape, const Sequence<T>& sequence, int head, Rows<T> scores) {
  const auto across = static_cast<unsigned>(pieces(sequence.k.rows, step_threads));
  launch(score_keys<T>, {dim3(static_cast<unsigned>(sequence.q.rows), across), dim3(step_threads), 0, stream}, shape,
         sequence, head, scores);
}
template <class T>
void attention_mix(Stream stream, const Heads& shape, const Sequence<T>& sequence, int head, Rows<const T> pattern) {
  const auto across = static_cast<unsigned>(pieces(shape.head_dim, step_threads));
  launch(mix_values<T>, {dim3(static_cast<unsigned>(sequence.q.rows), across), dim3(step_threads), 0, stream}, shape,
         sequence, head, pattern);
}

}  // namespace neuroglot::cuda
