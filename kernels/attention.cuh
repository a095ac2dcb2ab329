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

/// tile[i] = the head's values of x's row first + i, zero beyond the rows and beyond the head; rows `pitch` apart.
template <class T, int width>
__device__ void load_head_tile(float* tile, int pitch, const Rows<const T>& x, int first, int col, int head_dim,
                               bool fours) {
  for (int i = 4 * static_cast<int>(threadIdx.x); i < attention_tile * width; i += 4 * attention_threads) {
    const int row = i / width, at = i % width;
    float4 value = make_float4(0, 0, 0, 0);
    if (first + row < x.rows && at < head_dim) {
      const T* const from = x.row(first + row) + col + at;
      if (fours)
        value = load4(from);
      else
        value = make_float4(to_float(from[0]), at + 1 < head_dim ? to_float(from[1]) : 0.0f,
                            at + 2 < head_dim ? to_float(from[2]) : 0.0f, at + 3 < head_dim ? to_float(from[3]) : 0.0f);
    }
    store4(tile + row * pitch + at, value);
  }
}

/// Step 2: a block takes 32 queries of a head and walks over the keys 32 at a time, each read from memory once for all
/// of them. Four neighbouring threads share a query: each has 8 of the 32 scores and a quarter of z.
/// width: head_dim rounded up to 64, 128 or 256. Blocks (queries / 32, heads, sequences).
template <class T, int width>
__global__ void __launch_bounds__(attention_threads, 1)
    attention_tiled(Heads shape, const Sequence<T>* sequences, bool fours) {
  constexpr int pitch = width + 4;  // eight rows begin in different banks
  constexpr int each = width / 16;  // fours of z that a thread keeps
  float* const q_tile = dynamic_shared<float>();
  float* const k_tile = q_tile + attention_tile * pitch;
  float* const v_tile = k_tile + attention_tile * pitch;
  float* const weights = v_tile + attention_tile * pitch;  // (queries, keys), rows 33 apart
  const Sequence<T> sequence = sequences[blockIdx.z];
  const int head = static_cast<int>(blockIdx.y), first_query = static_cast<int>(blockIdx.x) * attention_tile;
  if (first_query >= sequence.q.rows) return;
  const int row = static_cast<int>(threadIdx.x) / 4, part = static_cast<int>(threadIdx.x) % 4;
  const int keys = sequence.k.rows, kv_col = shape.kv_head(head) * shape.head_dim;
  const int last_query = min(first_query + attention_tile, sequence.q.rows) - 1;
  const int position = sequence.position(min(first_query + row, last_query));
  const int own_first = shape.first_key(position), own_last = shape.last_key(position, keys);
  load_head_tile<T, width>(q_tile, pitch, sequence.q, first_query, head * shape.head_dim, shape.head_dim, fours);
  OnlineSoftmax seen;
  float4 z[each];
  for (int i = 0; i < each; ++i) z[i] = make_float4(0, 0, 0, 0);
  // tiles begin at multiples of 32: which queries share a block changes no bit of any of them
  const int begin = shape.first_key(sequence.position(first_query)) / attention_tile * attention_tile;
  for (int first = begin; first < shape.last_key(sequence.position(last_query), keys); first += attention_tile) {
    __syncthreads();
    load_head_tile<T, width>(k_tile, pitch, sequence.k, first, kv_col, shape.head_dim, fours);
    load_head_tile<T, width>(v_tile, pitch, sequence.v, first, kv_col, shape.head_dim, fours);
    __syncthreads();
    float scores[8], largest = -INFINITY, sum = 0;
    for (int j = 0; j < 8; ++j) scores[j] = 0;
    NEUROGLOT_UNROLL(2)
    for (int i = 0; i < width; i += 4) {
      const float4 q = load4(q_tile + row * pitch + i);
      NEUROGLOT_UNROLL()
      for (int j = 0; j < 8; ++j) {
        const float4 k = load4(k_tile + (part + 4 * j) * pitch + i);
        scores[j] = fmaf(q.x, k.x, fmaf(q.y, k.y, fmaf(q.z, k.z, fmaf(q.w, k.w, scores[j]))));
      }
    }
    NEUROGLOT_UNROLL()
    for (int j = 0; j < 8; ++j) {
      const int key = first + part + 4 * j;
      scores[j] = key >= own_first && key < own_last ? shape.score(scores[j], head, key) : -INFINITY;
      largest = fmaxf(largest, scores[j]);
    }
    const float correction = seen.raise(warp_max<4>(largest));
    NEUROGLOT_UNROLL()
    for (int j = 0; j < 8; ++j) {
      const float weight = seen.weight(scores[j]);
      weights[row * 33 + part + 4 * j] = weight;
      sum += weight;
    }
    seen.sum += warp_sum<4>(sum);
    __syncwarp();
    NEUROGLOT_UNROLL()
    for (int i = 0; i < each; ++i)
      z[i] = make_float4(z[i].x * correction, z[i].y * correction, z[i].z * correction, z[i].w * correction);
    NEUROGLOT_UNROLL(2)
    for (int key = 0; key < attention_tile; ++key) {
      const float weight = weights[row * 33 + key];
      NEUROGLOT_UNROLL()
      for (int i = 0; i < each; ++i) {
        const float4 v = load4(v_tile + key * pitch + 4 * (part + 4 * i));
        z[i] = make_float4(fmaf(weight, v.x, z[i].x), fmaf(weight, v.y, z[i].y), fmaf(weight, v.z, z[i].z),
                           fmaf(weight, v.w, z[i].w));
      }
    }
  }
  if (first_query + row > last_query) return;
  T* const to = sequence.z.row(first_query + row) + head * shape.head_dim;
  for (int i = 0; i < each; ++i) {
    const float values[4] = {z[i].x, z[i].y, z[i].z, z[i].w};
    for (int c = 0; c < 4; ++c)
      if (4 * (part + 4 * i) + c < shape.head_dim) to[4 * (part + 4 * i) + c] = from_float<T>(values[c] / seen.sum);
  }
}

template <class T, int width>
void launch_attention(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int queries,
                      bool fours) {
  const std::size_t shared = (3 * attention_tile * (width + 4) + attention_tile * 33) * sizeof(float);
  launch(attention_tiled<T, width>,
         {dim3(static_cast<unsigned>(pieces(queries, attention_tile)), static_cast<unsigned>(shape.heads),
               static_cast<unsigned>(count)),
          dim3(attention_threads), shared, stream},
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
