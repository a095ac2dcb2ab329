/// Rotary positions: each pair of values of a head is turned by the angle of its token's position. (ops/rope.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// a = a cos - b sin, b = b cos + a sin for each pair (a, b), in place.
/// x (tokens, heads * head_dim); cosine and sine (tokens, half), half <= head_dim / 2 pairs of each head are turned:
/// x[i] with x[i + half], or where `neighbours` x[2 i] with x[2 i + 1].
template <class T>
void rotate(Stream stream, Rows<T> x, Rows<const float> cosine, Rows<const float> sine, int head_dim, bool neighbours);

}  // namespace neuroglot::cuda
