/// attention.cuh with tensor cores: products of 16 x 16 tiles of bf16, added up in float.
#pragma once

#include "kernels/attention_shape.cuh"
#include "kernels/attention_wmma.hpp"
#include "kernels/reduce.cuh"

namespace neuroglot::cuda {

inline constexpr int wmma_warps = 4;               // of a block; each has 16 queries of its own
inline constexpr int wmma_rows = 16 * wmma_warps;  // queries of a block
inline constexpr int wmma_keys = 64;               // at a time
inline constexpr int wmma_threads = 32 * wmma_warps;

/// Where things lie in shared memory. Rows are a few values longer than needed, so that they begin in different banks;
/// every tile of 16 rows begins at a multiple of 32 bytes, as wmma asks.
template <int width>
struct WmmaTiles {
  static constexpr int pitch = width + 8;             // of q, k, v
  static constexpr int score_pitch = wmma_keys + 4;   // of scores
  static constexpr int weight_pitch = wmma_keys + 8;  // of weights
  static constexpr int z_pitch = width + 4;           // of z

  Bf16 *q, *k, *v, *weights;
  float *scores, *z;

  static constexpr std::size_t bytes = sizeof(Bf16) * ((wmma_rows + 2 * wmma_keys) * pitch + wmma_rows * weight_pitch) +
                                       sizeof(float) * wmma_rows * (score_pitch + z_pitch);

  __device__ explicit WmmaTiles(Bf16* memory)
      : q(memory),
        k(q + wmma_rows * pitch),
        v(k + wmma_keys * pitch),
        weights(v + wmma_keys * pitch),
        scores(reinterpret_cast<float*>(weights + wmma_rows * weight_pitch)),
        z(scores + wmma_rows * score_pitch) {}
};

/// tile[i] = the head's values of x's row first + i, zero beyond; 64 rows by all threads of the block.
template <int width>
__device__ void load_bf16_tile(Bf16* tile, const Rows<const Bf16>& x, int first, int col, int head_dim) {
  for (int i = static_cast<int>(threadIdx.x); i < 64 * width; i += wmma_threads) {
    const int row = i / width, at = i % width;
    const bool inside = first + row < x.rows && at < head_dim;
    tile[row * WmmaTiles<width>::pitch + at] = inside ? x.row(first + row)[col + at] : from_float<Bf16>(0);
  }
}

/// to (16, columns) = a b, or += where `adds`; a (16, depth) by rows, b (depth, columns) by rows or by columns; a warp.
template <class Layout, int depth, int columns, bool adds>
__device__ void warp_product(const Bf16* a, int a_pitch, const Bf16* b, int b_pitch, float* to, int to_pitch) {
  namespace wmma = nvcuda::wmma;
  NEUROGLOT_UNROLL(1)
  for (int col = 0; col < columns; col += 16) {
    wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
    if constexpr (adds)
      wmma::load_matrix_sync(sum, to + col, static_cast<unsigned>(to_pitch), wmma::mem_row_major);
    else
      wmma::fill_fragment(sum, 0.0f);
    for (int k = 0; k < depth; k += 16) {
      wmma::fragment<wmma::matrix_a, 16, 16, 16, Bf16, wmma::row_major> left;
      wmma::fragment<wmma::matrix_b, 16, 16, 16, Bf16, Layout> right;
      wmma::load_matrix_sync(left, a + k, static_cast<unsigned>(a_pitch));
      const bool by_rows = std::is_same_v<Layout, wmma::row_major>;
      wmma::load_matrix_sync(right, b + (by_rows ? k * b_pitch + col : col * b_pitch + k),
                             static_cast<unsigned>(b_pitch));
      wmma::mma_sync(sum, left, right, sum);
    }
    wmma::store_matrix_sync(to + col, sum, static_cast<unsigned>(to_pitch), wmma::mem_row_major);
  }
}

/// A block takes 64 queries of a head and walks over the keys 64 at a time. Which lane holds which element of a wmma
/// tile is not told, so scores and z go through shared memory, where two lanes share a query's row.
/// width: head_dim rounded up to 64 or 128. Blocks (queries / 64, heads, sequences).
template <int width>
__global__ void __launch_bounds__(wmma_threads, 1) attention_wmma(Heads shape, const Sequence<Bf16>* sequences) {
  using Tiles = WmmaTiles<width>;
  const Tiles tiles(dynamic_shared<Bf16>());
  const Sequence<Bf16> sequence = sequences[blockIdx.z];
  const int head = static_cast<int>(blockIdx.y), first_query = static_cast<int>(blockIdx.x) * wmma_rows;
  if (first_query >= sequence.q.rows) return;
  const int keys = sequence.k.rows, kv_col = shape.kv_head(head) * shape.head_dim;
  const int row = static_cast<int>(threadIdx.x) / 2, half = static_cast<int>(threadIdx.x) % 2;  // of the block's rows
  const int warp_row = static_cast<int>(threadIdx.x) / 32 * 16;
  const int last_query = min(first_query + wmma_rows, sequence.q.rows) - 1;
  const int position = sequence.position(min(first_query + row, last_query));
  const int own_first = shape.first_key(position), own_last = shape.last_key(position, keys);
  load_bf16_tile<width>(tiles.q, sequence.q, first_query, head * shape.head_dim, shape.head_dim);
  float* const z = tiles.z + row * Tiles::z_pitch;
  for (int i = half; i < width; i += 2) z[i] = 0;
  OnlineSoftmax seen;
  const int begin = shape.first_key(sequence.position(first_query)) / wmma_keys * wmma_keys;
  for (int first = begin; first < shape.last_key(sequence.position(last_query), keys); first += wmma_keys) {
    __syncthreads();
    load_bf16_tile<width>(tiles.k, sequence.k, first, kv_col, shape.head_dim);
    load_bf16_tile<width>(tiles.v, sequence.v, first, kv_col, shape.head_dim);
    __syncthreads();
    warp_product<nvcuda::wmma::col_major, width, wmma_keys, false>(
        tiles.q + warp_row * Tiles::pitch, Tiles::pitch, tiles.k, Tiles::pitch,
        tiles.scores + warp_row * Tiles::score_pitch, Tiles::score_pitch);
    __syncwarp();
    const float* const scores = tiles.scores + row * Tiles::score_pitch;
    const auto score_of = [&](int i) {
      const int key = first + i;
      return key >= own_first && key < own_last ? shape.score(scores[i], head, key) : -INFINITY;
    };
    float largest = -INFINITY, sum = 0;
    for (int i = half; i < wmma_keys; i += 2) largest = fmaxf(largest, score_of(i));
    const float correction = seen.raise(warp_max<2>(largest));
    for (int i = half; i < wmma_keys; i += 2) {
      const Bf16 weight = from_float<Bf16>(seen.weight(score_of(i)));
      tiles.weights[row * Tiles::weight_pitch + i] = weight;
      sum += to_float(weight);  // what is multiplied is what is summed
    }
    seen.sum += warp_sum<2>(sum);
    for (int i = half; i < width; i += 2) z[i] *= correction;
    __syncwarp();
    warp_product<nvcuda::wmma::row_major, wmma_keys, width, true>(tiles.weights + warp_row * Tiles::weight_pitch,
                                                                  Tiles::weight_pitch, tiles.v, Tiles::pitch,
                                                                  tiles.z + warp_row * Tiles::z_pitch, Tiles::z_pitch);
    __syncwarp();
  }
  if (first_query + row > last_query) return;
  Bf16* const to = sequence.z.row(first_query + row) + head * shape.head_dim;
  for (int i = half; i < shape.head_dim; i += 2) to[i] = from_float<Bf16>(z[i] / seen.sum);
}

template <int width>
void launch_attention_wmma(Stream stream, const Heads& shape, const Sequence<Bf16>* sequences, int count, int queries) {
  launch(attention_wmma<width>,
         {dim3(static_cast<unsigned>(pieces(queries, wmma_rows)), static_cast<unsigned>(shape.heads),
               static_cast<unsigned>(count)),
          dim3(wmma_threads), WmmaTiles<width>::bytes, stream},
         shape, sequences);
}

}  // namespace neuroglot::cuda
