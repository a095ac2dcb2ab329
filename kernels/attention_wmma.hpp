/// attention.hpp with tensor cores: products of 16 x 16 tiles of bf16, added up in float.
#pragma once

#include "kernels/attention.hpp"

namespace neuroglot::cuda {

/// All heads of `count` sequences, as attention(); q, k, v of T, float or bf16, are rounded to bf16. Throws for heads
/// of more than 128: their tiles do not fit.
template <class T>
void attention_with_tensor_cores(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count,
                                 int queries, bool fours);

}  // namespace neuroglot::cuda
