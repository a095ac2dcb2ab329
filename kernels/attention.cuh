/// Attention over packed sequences without a matrix of scores: z = softmax(q k^T scale + mask) v by an online softmax,
/// in floats. Tensor cores do the same for bf16 in attention_wmma.cuh. (Dao et al. 2022)
#pragma once

#include "kernels/attention_shape.cuh"
#include "kernels/reduce.cuh"

namespace neuroglot::cuda {

/// Step 1: a warp a query. The lanes share the values of a head, key after key. Each key is read once for every query.
/// each: values of a head that a lane keeps, head_dim <= 32 each. Four warps a block, blocks (queries / 4, heads,
/// sequences).
template <class T, int each>
__global__ void attention_by_query(Heads shape, const Sequence<T>* sequences) {
  const Sequence<T> sequence = sequences[blockIdx.z];
  const int lane = static_cast<int>(threadIdx.x % 32), head = static_cast<int>(blockIdx.y);
  const int query = static_cast<int>(blockIdx.x * 4 + threadIdx.x / 32);
  if (query >= sequence.q.rows) return;  // the whole warp
  const int position = sequence.position(query), q_col = head * shape.head_dim;
  const int kv_col = shape.kv_head(head) * shape.head_dim;
  float q[each], z[each] = {};
  for (int i = 0; i < each; ++i)
    q[i] = lane + 32 * i < shape.head_dim ? to_float(sequence.q.row(query)[q_col + lane + 32 * i]) : 0.0f;
  OnlineSoftmax seen;
  for (int key = shape.first_key(position); key < shape.last_key(position, sequence.k.rows); ++key) {
    const T* const k = sequence.k.row(key) + kv_col;
    const T* const v = sequence.v.row(key) + kv_col;
    float dot = 0;
    for (int i = 0; i < each; ++i)
      if (lane + 32 * i < shape.head_dim) dot = fmaf(q[i], to_float(k[lane + 32 * i]), dot);
    const float score = shape.score(warp_sum(dot), head, key);
    const float correction = seen.raise(score), weight = seen.weight(score);
    seen.sum += weight;
    for (int i = 0; i < each; ++i)
      if (lane + 32 * i < shape.head_dim) z[i] = fmaf(weight, to_float(v[lane + 32 * i]), z[i] * correction);
  }
  for (int i = 0; i < each; ++i)
    if (lane + 32 * i < shape.head_dim) sequence.z.row(query)[q_col + lane + 32 * i] = from_float<T>(z[i] / seen.sum);
}

inline constexpr int attention_tile = 32;  // queries of a block, and keys at a time
inline constexpr int attention_threads = 128;

/// Where a block's tiles lie in shared memory.
template <int width>
struct FloatTiles {
  static constexpr int pitch = width + 4;  // of q, k, v: eight rows begin in different banks
  static constexpr int weight_pitch = attention_tile + 1;
  static constexpr std::size_t bytes = attention_tile * (3 * pitch + weight_pitch) * sizeof(float);

  float *q, *k, *v, *weights;

  __device__ explicit FloatTiles(float* memory)
      : q(memory), k(q + attention_tile * pitch), v(k + attention_tile * pitch), weights(v + attention_tile * pitch) {}

  /// tile[i] = the head's values of x's row first + i, zero beyond the rows and beyond the head.
  template <class T>
  __device__ static void load(float* tile, const Rows<const T>& x, int first, int col, int head_dim, bool fours) {
    for (int i = 4 * static_cast<int>(threadIdx.x); i < attention_tile * width; i += 4 * attention_threads) {
      const int row = i / width, at = i % width;
      float4 value = make_float4(0, 0, 0, 0);
      if (first + row < x.rows && at < head_dim) value = four_of(x.row(first + row) + col + at, head_dim - at, fours);
      store4(tile + row * pitch + at, value);
    }
  }
};

/// What a thread of a block knows of its query: four neighbouring threads share one, each has every fourth key of a
/// tile and every fourth four of z.
template <int width>
struct QueryOfTiles {
  static constexpr int each = width / 16;              // fours of z that a thread keeps
  static constexpr int own_keys = attention_tile / 4;  // of a tile

  int row = static_cast<int>(threadIdx.x) / 4, part = static_cast<int>(threadIdx.x) % 4;
  int first_key, last_key;  // that the query sees
  OnlineSoftmax seen;
  float4 z[each];

  __device__ QueryOfTiles(const Heads& shape, int position, int keys)
      : first_key(shape.first_key(position)), last_key(shape.last_key(position, keys)) {
    for (int i = 0; i < each; ++i) z[i] = make_float4(0, 0, 0, 0);
  }

  /// dots[j] = q k of the thread's j-th key of the tile.
  __device__ void multiply_keys(const FloatTiles<width>& tiles, float (&dots)[own_keys]) const {
    for (int j = 0; j < own_keys; ++j) dots[j] = 0;
    NEUROGLOT_UNROLL(2)
    for (int i = 0; i < width; i += 4) {
      const float4 q = load4(tiles.q + row * tiles.pitch + i);
      NEUROGLOT_UNROLL()
      for (int j = 0; j < own_keys; ++j) {
        const float4 k = load4(tiles.k + (part + 4 * j) * tiles.pitch + i);
        dots[j] = fmaf(q.x, k.x, fmaf(q.y, k.y, fmaf(q.z, k.z, fmaf(q.w, k.w, dots[j]))));
      }
    }
  }

  /// Scores of the keys from first on become weights; what was seen before shrinks.
  __device__ void weigh(const FloatTiles<width>& tiles, const Heads& shape, int head, int first,
                        float (&scores)[own_keys]) {
    float largest = -INFINITY, sum = 0;
    NEUROGLOT_UNROLL()
    for (int j = 0; j < own_keys; ++j) {
      const int key = first + part + 4 * j;
      scores[j] = key >= first_key && key < last_key ? shape.score(scores[j], head, key) : -INFINITY;
      largest = fmaxf(largest, scores[j]);
    }
    const float correction = seen.raise(warp_max<4>(largest));
    NEUROGLOT_UNROLL()
    for (int j = 0; j < own_keys; ++j) {
      const float weight = seen.weight(scores[j]);
      tiles.weights[row * tiles.weight_pitch + part + 4 * j] = weight;
      sum += weight;
    }
    seen.sum += warp_sum<4>(sum);
    NEUROGLOT_UNROLL()
    for (int i = 0; i < each; ++i)
      z[i] = make_float4(z[i].x * correction, z[i].y * correction, z[i].z * correction, z[i].w * correction);
  }

  /// z += weights v
  __device__ void mix(const FloatTiles<width>& tiles) {
    NEUROGLOT_UNROLL(2)
    for (int key = 0; key < attention_tile; ++key) {
      const float weight = tiles.weights[row * tiles.weight_pitch + key];
      NEUROGLOT_UNROLL()
      for (int i = 0; i < each; ++i) {
        const float4 v = load4(tiles.v + key * tiles.pitch + 4 * (part + 4 * i));
        z[i] = make_float4(fmaf(weight, v.x, z[i].x), fmaf(weight, v.y, z[i].y), fmaf(weight, v.z, z[i].z),
                           fmaf(weight, v.w, z[i].w));
      }
    }
  }

  template <class T>
  __device__ void store(T* to, int head_dim) const {
    for (int i = 0; i < each; ++i) {
      const float values[4] = {z[i].x, z[i].y, z[i].z, z[i].w};
      for (int c = 0; c < 4; ++c)
        if (4 * (part + 4 * i) + c < head_dim) to[4 * (part + 4 * i) + c] = from_float<T>(values[c] / seen.sum);
    }
  }
};

/// Step 2: a block takes 32 queries of a head and walks over the keys 32 at a time, each read from memory once for all
/// of them. width: head_dim rounded up to 64, 128 or 256. Blocks (queries / 32, heads, sequences).
template <class T, int width>
__global__ void __launch_bounds__(attention_threads, 1)
    attention_tiled(Heads shape, const Sequence<T>* sequences, bool fours) {
  using Tiles = FloatTiles<width>;
  const Tiles tiles(dynamic_shared<float>());
  const Sequence<T> sequence = sequences[blockIdx.z];
  const int head = static_cast<int>(blockIdx.y), first_query = static_cast<int>(blockIdx.x) * attention_tile;
  if (first_query >= sequence.q.rows) return;
  const int keys = sequence.k.rows, head_dim = shape.head_dim, kv_col = shape.kv_head(head) * head_dim;
  const int last_query = min(first_query + attention_tile, sequence.q.rows) - 1;
  const int own_query = first_query + static_cast<int>(threadIdx.x) / 4;
  QueryOfTiles<width> query(shape, sequence.position(min(own_query, last_query)), keys);
  Tiles::load(tiles.q, sequence.q, first_query, head * head_dim, head_dim, fours);
  // tiles begin at multiples of 32: which queries share a block changes no bit of any of them
  const int begin = shape.first_key(sequence.position(first_query)) / attention_tile * attention_tile;
  for (int first = begin; first < shape.last_key(sequence.position(last_query), keys); first += attention_tile) {
    __syncthreads();
    Tiles::load(tiles.k, sequence.k, first, kv_col, head_dim, fours);
    Tiles::load(tiles.v, sequence.v, first, kv_col, head_dim, fours);
    __syncthreads();
    float scores[QueryOfTiles<width>::own_keys];
    query.multiply_keys(tiles, scores);
    query.weigh(tiles, shape, head, first, scores);
    __syncwarp();
    query.mix(tiles);
  }
  if (own_query <= last_query) query.store(sequence.z.row(own_query) + head * head_dim, head_dim);
}

template <class T, int width>
void launch_attention(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int queries,
                      bool fours) {
  launch(attention_tiled<T, width>,
         {dim3(static_cast<unsigned>(pieces(queries, attention_tile)), static_cast<unsigned>(shape.heads),
               static_cast<unsigned>(count)),
          dim3(attention_threads), FloatTiles<width>::bytes, stream},
         shape, sequences, fours);
}

template <class T>
void attention(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int queries, bool fours) {
  if (count == 0 || queries == 0) return;
  if (shape.head_dim > 256) throw std::invalid_argument("attention: heads of more than 256 values");
  if (shape.head_dim <= 64)
    launch_attention<T, 64>(stream, shape, sequences, count, queries, fours);
  else if (shape.head_dim <= 128)
    launch_attention<T, 128>(stream, shape, sequences, count, queries, fours);
  else
    launch_attention<T, 256>(stream, shape, sequences, count, queries, fours);
}

}  // namespace neuroglot::cuda
