/// Attention step by step, for those who want to see scores and patterns: a (queries, keys) matrix of one head of one
/// sequence. (ops/attention.hpp; attention.hpp does all at once)
#pragma once

#include "kernels/attention.hpp"

namespace neuroglot::cuda {

/// scores (queries, keys) = q k^T scale, capped and sloped; -inf where the mask hides the key.
template <class T>
void attention_scores(Stream stream, const Heads& shape, const Sequence<T>& sequence, int head, Rows<T> scores);
/// z of one head = pattern (queries, keys) times its values.
template <class T>
void attention_mix(Stream stream, const Heads& shape, const Sequence<T>& sequence, int head, Rows<const T> pattern);

}  // namespace neuroglot::cuda
