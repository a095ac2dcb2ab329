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

/// tile[i] = the head's values of x's row first + i, zero beyond; 64 rows by all threads of the block. Floats are
/// rounded here, so that nobody has to write them in bf16 first.
template <int width, class T>
__device__ void load_bf16_tile(Bf16* tile, const Rows<const T>& x, int first, int col, int head_dim, bool fours) {
  for (int i = 4 * static_cast<int>(threadIdx.x); i < 64 * width; i += 4 * wmma_threads) {
    const int row = i / width, at = i % width;
    float4 value = make_float4(0, 0, 0, 0);
    if (first + row < x.rows && at < head_dim) value = four_of(x.row(first + row) + col + at, head_dim - at, fours);
    store4(tile + row * WmmaTiles<width>::pitch + at, value);
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

/// What a thread knows of its query: two lanes share one, and a warp's 32 lanes the 16 rows of its tiles. Which lane
/// holds which element of a wmma tile is not told, so scores and z go through shared memory.
template <int width>
struct QueryOfWarp {
  using Tiles = WmmaTiles<width>;

  int row = static_cast<int>(threadIdx.x) / 2, half = static_cast<int>(threadIdx.x) % 2;
  int warp_row = static_cast<int>(threadIdx.x) / 32 * 16;  // the first of the warp
  int first_key, last_key;                                 // that the query sees
  OnlineSoftmax seen;

  __device__ QueryOfWarp(const Tiles& tiles, const Heads& shape, int position, int keys)
      : first_key(shape.first_key(position)), last_key(shape.last_key(position, keys)) {
    for (int i = half; i < width; i += 2) tiles.z[row * Tiles::z_pitch + i] = 0;
  }

  /// scores = q k of the warp's queries
  __device__ void multiply_keys(const Tiles& tiles) const {
    warp_product<nvcuda::wmma::col_major, width, wmma_keys, false>(
        tiles.q + warp_row * Tiles::pitch, Tiles::pitch, tiles.k, Tiles::pitch,
        tiles.scores + warp_row * Tiles::score_pitch, Tiles::score_pitch);
  }

  /// Scores of the keys from first on become weights; what was seen before shrinks.
  __device__ void weigh(const Tiles& tiles, const Heads& shape, int head, int first) {
    const float* const scores = tiles.scores + row * Tiles::score_pitch;
    const auto score_of = [&](int i) {
      const int key = first + i;
      return key >= first_key && key < last_key ? shape.score(scores[i], head, key) : -INFINITY;
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
    for (int i = half; i < width; i += 2) tiles.z[row * Tiles::z_pitch + i] *= correction;
  }

  /// z += weights v of the warp's queries
  __device__ void mix(const Tiles& tiles) const {
    warp_product<nvcuda::wmma::row_major, wmma_keys, width, true>(tiles.weights + warp_row * Tiles::weight_pitch,
                                                                  Tiles::weight_pitch, tiles.v, Tiles::pitch,
                                                                  tiles.z + warp_row * Tiles::z_pitch, Tiles::z_pitch);
  }

  template <class T>
  __device__ void store(const Tiles& tiles, T* to, int head_dim) const {
    const float* const z = tiles.z + row * Tiles::z_pitch;
    for (int i = half; i < head_dim; i += 2) to[i] = from_float<T>(z[i] / seen.sum);
  }
};

/// A block takes 64 queries of a head and walks over the keys 64 at a time. q, k, v of T are rounded to bf16, z is
/// not before it is stored. width: head_dim rounded up to 64 or 128. Blocks (queries / 64, heads, sequences).
template <class T, int width>
__global__ void __launch_bounds__(wmma_threads, 1)
    attention_wmma(Heads shape, const Sequence<T>* sequences, bool fours) {
  const WmmaTiles<width> tiles(dynamic_shared<Bf16>());
  const Sequence<T> sequence = sequences[blockIdx.z];
  const int head = static_cast<int>(blockIdx.y), first_query = static_cast<int>(blockIdx.x) * wmma_rows;
  if (first_query >= sequence.q.rows) return;
  const int keys = sequence.k.rows, head_dim = shape.head_dim, kv_col = shape.kv_head(head) * head_dim;
  const int last_query = min(first_query + wmma_rows, sequence.q.rows) - 1;
  const int own_query = first_query + static_cast<int>(threadIdx.x) / 2;
  QueryOfWarp<width> query(tiles, shape, sequence.position(min(own_query, last_query)), keys);
  load_bf16_tile<width>(tiles.q, sequence.q, first_query, head * head_dim, head_dim, fours);
  const int begin = shape.first_key(sequence.position(first_query)) / wmma_keys * wmma_keys;
  for (int first = begin; first < shape.last_key(sequence.position(last_query), keys); first += wmma_keys) {
    __syncthreads();
    load_bf16_tile<width>(tiles.k, sequence.k, first, kv_col, head_dim, fours);
    load_bf16_tile<width>(tiles.v, sequence.v, first, kv_col, head_dim, fours);
    __syncthreads();
    query.multiply_keys(tiles);
    __syncwarp();
    query.weigh(tiles, shape, head, first);
    __syncwarp();
    query.mix(tiles);
    __syncwarp();
  }
  if (own_query <= last_query) query.store(tiles, sequence.z.row(own_query) + head * head_dim, head_dim);
}

template <class T, int width>
void launch_attention_wmma(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int queries,
                           bool fours) {
  launch(attention_wmma<T, width>,
         {dim3(static_cast<unsigned>(pieces(queries, wmma_rows)), static_cast<unsigned>(shape.heads),
               static_cast<unsigned>(count)),
          dim3(wmma_threads), WmmaTiles<width>::bytes, stream},
         shape, sequences, fours);
}

template <class T>
void attention_with_tensor_cores(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count,
                                 int queries, bool fours) {
  if (count == 0 || queries == 0) return;
  if (shape.head_dim > 128) throw std::invalid_argument("attention_with_tensor_cores: heads of more than 128 values");
  if (shape.head_dim <= 64)
    launch_attention_wmma<T, 64>(stream, shape, sequences, count, queries, fours);
  else
    launch_attention_wmma<T, 128>(stream, shape, sequences, count, queries, fours);
}

}  // namespace neuroglot::cuda
