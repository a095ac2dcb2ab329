/// Attention of one new token a sequence over its KV cache, the keys split among blocks. (Dao et al. 2023,
/// "Flash-Decoding")
#pragma once

#include "kernels/attention.hpp"

namespace neuroglot::cuda {

inline constexpr int decode_split = 256;  // keys of a block: the same whatever the batch, and so are the bits

/// What a split of the keys adds to a head, before the sums of all splits are divided: (sequences, heads, splits).
struct DecodeScratch {
  float* largest;
  float* sum;
  float* z;  ///< (sequences, heads, splits, head_dim)
};

/// `count` sequences of one query each, `keys` of the longest, rows that can be read in fours. scratch of
/// pieces(keys, decode_split) splits. Throws for heads of more than 256.
template <class T>
void decode_attention(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int keys,
                      const DecodeScratch& scratch);

}  // namespace neuroglot::cuda
