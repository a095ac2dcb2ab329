/// Attention of one new token a sequence over its KV cache: all of the time goes into reading keys and values, so the
/// keys are split among blocks, and the query heads of a group share what is read. (Dao et al. 2023, "Flash-Decoding")
#pragma once

#include "kernels/attention_shape.cuh"
#include "kernels/decode_attention.hpp"
#include "kernels/reduce.cuh"

namespace neuroglot::cuda {

inline constexpr int decode_threads = 128;
inline constexpr int decode_lanes = 8;  // that share a key
inline constexpr int decode_teams = decode_threads / decode_lanes;

/// Merges what several have seen of a query's keys, in order: fills z by calling from(part, i).
template <class Softmax, class From, class To>
__device__ void merge_parts(int parts, int width, int first, int step, Softmax softmax, From from, To to) {
  float largest = -INFINITY, sum = 0;
  for (int part = 0; part < parts; ++part) largest = fmaxf(largest, softmax(part).largest);
  const auto weight = [&](int part) {
    const float of_part = softmax(part).largest;
    return of_part == -INFINITY ? 0.0f : expf(of_part - largest);
  };
  for (int part = 0; part < parts; ++part) sum += weight(part) * softmax(part).sum;
  for (int i = first; i < width; i += step) {
    float z = 0;
    for (int part = 0; part < parts; ++part) z = fmaf(weight(part), from(part, i), z);
    to(i, z, largest, sum);
  }
}

/// What a lane knows of `together` query heads that share a key/value head: eight lanes share a key, each has every
/// eighth four of a head.
template <int width, int together>
struct HeadsOfTeam {
  static constexpr int each = width / (4 * decode_lanes);  // fours of a head that a lane keeps

  int team = static_cast<int>(threadIdx.x) / decode_lanes, lane = static_cast<int>(threadIdx.x) % decode_lanes;
  int head_dim, first_head, heads;  // the heads [first_head, first_head + heads), heads <= together
  float4 q[together][each], z[together][each];
  OnlineSoftmax seen[together];

  template <class T>
  __device__ HeadsOfTeam(const T* queries, int dim, int first, int count)
      : head_dim(dim), first_head(first), heads(count) {
    NEUROGLOT_UNROLL()
    for (int h = 0; h < together; ++h)
      for (int i = 0; i < each; ++i) {
        q[h][i] = four(queries + (first_head + h) * head_dim, i, h < heads);
        z[h][i] = make_float4(0, 0, 0, 0);
      }
  }

  __device__ int place(int i) const { return 4 * (lane + decode_lanes * i); }
  template <class T>
  __device__ float4 four(const T* row, int i, bool there) const {
    return there && place(i) < head_dim ? load4(row + place(i)) : make_float4(0, 0, 0, 0);
  }

  /// A key that is not visible weighs nothing, and is not read.
  template <class T>
  __device__ void add_key(const Heads& shape, const T* key_row, const T* value_row, int key, bool visible) {
    float4 k[each], v[each];
    for (int i = 0; i < each; ++i) {
      k[i] = four(key_row, i, visible);
      v[i] = four(value_row, i, visible);
    }
    NEUROGLOT_UNROLL()
    for (int h = 0; h < together; ++h) {
      float dot = 0;
      for (int i = 0; i < each; ++i)
        dot = fmaf(q[h][i].x, k[i].x, fmaf(q[h][i].y, k[i].y, fmaf(q[h][i].z, k[i].z, fmaf(q[h][i].w, k[i].w, dot))));
      dot = warp_sum<decode_lanes>(dot);
      const float score = visible && h < heads ? shape.score(dot, first_head + h, key) : -INFINITY;
      const float correction = seen[h].raise(score), weight = seen[h].weight(score);
      seen[h].sum += weight;
      for (int i = 0; i < each; ++i)
        z[h][i] =
            make_float4(fmaf(weight, v[i].x, z[h][i].x * correction), fmaf(weight, v[i].y, z[h][i].y * correction),
                        fmaf(weight, v[i].z, z[h][i].z * correction), fmaf(weight, v[i].w, z[h][i].w * correction));
    }
  }

  /// To what the teams of a block share: z (teams, together, width), softmaxes (teams, together).
  __device__ void store(float* team_z, OnlineSoftmax* softmaxes) const {
    NEUROGLOT_UNROLL()
    for (int h = 0; h < together; ++h) {
      for (int i = 0; i < each; ++i) store4(team_z + (team * together + h) * width + place(i), z[h][i]);
      if (lane == 0) softmaxes[team * together + h] = seen[h];
    }
  }
};

/// What the teams of a block have seen of head h, merged, is the block's split of the scratch, number `at`.
template <int width, int together>
__device__ void merge_teams(const float* team_z, const OnlineSoftmax* softmaxes, int h, int head_dim, long long at,
                            const DecodeScratch& scratch) {
  merge_parts(
      decode_teams, head_dim, static_cast<int>(threadIdx.x), decode_threads,
      [&](int part) -> const OnlineSoftmax& { return softmaxes[part * together + h]; },
      [&](int part, int i) { return team_z[(part * together + h) * width + i]; },
      [&](int i, float value, float largest, float sum) {
        scratch.z[at * head_dim + i] = value;
        if (i != 0) return;
        scratch.largest[at] = largest;
        scratch.sum[at] = sum;
      });
}

/// A block takes 256 keys of a key/value head and `together` of the query heads that share it. Eight lanes share a key;
/// 16 such teams take every 16th key each and are merged at the end.
/// width: head_dim rounded up to 64, 128 or 256. Blocks (splits, kv_heads * pieces(group, together), sequences).
template <class T, int width, int together>
__global__ void __launch_bounds__(decode_threads)
    decode_split_keys(Heads shape, const Sequence<T>* sequences, int splits, DecodeScratch scratch) {
  float* const team_z = dynamic_shared<float>();  // (teams, together, width)
  auto* const softmaxes = reinterpret_cast<OnlineSoftmax*>(team_z + decode_teams * together * width);
  const Sequence<T> sequence = sequences[blockIdx.z];
  const int group = shape.heads / shape.kv_heads, rounds = pieces(group, together);
  const int kv_head = static_cast<int>(blockIdx.y) / rounds,
            in_group = static_cast<int>(blockIdx.y) % rounds * together;
  HeadsOfTeam<width, together> of(sequence.q.row(0), shape.head_dim, kv_head * group + in_group,
                                  min(together, group - in_group));
  const int position = sequence.position(0), keys = sequence.k.rows, kv_col = kv_head * shape.head_dim;
  const int begin = static_cast<int>(blockIdx.x) * decode_split, end = begin + decode_split;
  const int from = max(begin, shape.first_key(position)), to = min(end, shape.last_key(position, keys));
  // all teams of a warp walk equally far, since they shuffle together; keys beyond the end weigh nothing
  for (int first = begin; first < end && first < keys; first += decode_teams) {
    const int key = first + of.team;
    of.add_key(shape, sequence.k.row(key) + kv_col, sequence.v.row(key) + kv_col, key, key >= from && key < to);
  }
  of.store(team_z, softmaxes);
  __syncthreads();
  for (int h = 0; h < of.heads; ++h) {
    const int head = of.first_head + h;
    const long long at = (static_cast<long long>(blockIdx.z) * shape.heads + head) * splits + blockIdx.x;
    merge_teams<width, together>(team_z, softmaxes, h, shape.head_dim, at, scratch);
  }
}

/// z = the splits of a head, merged in their order. Blocks (heads, sequences).
template <class T>
__global__ void decode_merge(Heads shape, const Sequence<T>* sequences, int splits, DecodeScratch scratch) {
  const Sequence<T> sequence = sequences[blockIdx.y];
  const long long at = (static_cast<long long>(blockIdx.y) * shape.heads + blockIdx.x) * splits;
  merge_parts(
      splits, shape.head_dim, static_cast<int>(threadIdx.x), decode_threads,
      [&](int part) {
        return OnlineSoftmax{scratch.largest[at + part], scratch.sum[at + part]};
      },
      [&](int part, int i) { return scratch.z[(at + part) * shape.head_dim + i]; },
      [&](int i, float value, float, float sum) {
        sequence.z.row(0)[static_cast<int>(blockIdx.x) * shape.head_dim + i] = from_float<T>(value / sum);
      });
}

template <class T, int width, int together>
void launch_decode(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int splits,
                   const DecodeScratch& scratch) {
  const int rounds = pieces(shape.heads / shape.kv_heads, together);
  launch(decode_split_keys<T, width, together>,
         {dim3(static_cast<unsigned>(splits), static_cast<unsigned>(shape.kv_heads * rounds),
               static_cast<unsigned>(count)),
          dim3(decode_threads), decode_teams * together * (width * sizeof(float) + sizeof(OnlineSoftmax)), stream},
         shape, sequences, splits, scratch);
  launch(decode_merge<T>,
         {dim3(static_cast<unsigned>(shape.heads), static_cast<unsigned>(count)), dim3(decode_threads), 0, stream},
         shape, sequences, splits, scratch);
}

template <class T>
void decode_attention(Stream stream, const Heads& shape, const Sequence<T>* sequences, int count, int keys,
                      const DecodeScratch& scratch) {
  if (count == 0) return;
  const int splits = pieces(keys, decode_split);
  if (shape.head_dim > 256) throw std::invalid_argument("decode_attention: heads of more than 256 values");
  if (shape.head_dim <= 64)
    launch_decode<T, 64, 4>(stream, shape, sequences, count, splits, scratch);
  else if (shape.head_dim <= 128)
    launch_decode<T, 128, 4>(stream, shape, sequences, count, splits, scratch);
  else
    launch_decode<T, 256, 2>(stream, shape, sequences, count, splits, scratch);
}

}  // namespace neuroglot::cuda
