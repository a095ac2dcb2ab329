/// The gated activation of an MLP, neurons = f(gate) * up, fused with what experiments do at the neurons: switching
/// some off, counting all. docs/kernels.md walks through the steps. (Shazeer 2020; hooks/count.hpp,
/// hooks/deactivate.hpp)
#pragma once

#include "kernels/activation.cuh"
#include "kernels/gated_activation.hpp"
#include "kernels/statistics.cuh"

namespace neuroglot::cuda {

/// Step 1: each wish a kernel of its own: activate, switch_off, sum_columns, multiply. Four walks over
/// (tokens, neurons): of every value of the gate three loads and two stores, and a load of up.
template <class T>
__global__ void switch_off(Rows<T> x, const unsigned char* off) {
  const int col = static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col < x.cols && off[col] != 0) x.row(blockIdx.x)[col] = from_float<T>(0.0f);
}

/// Step 2: one walk. A thread goes down a column of its sequence, as sum_columns does, and does all at once to each
/// value while it is in a register. gate, up (tokens, neurons), the result in gate; up without data: times 1.
template <class F, class T>
__global__ void gated_activation_by_column(F f, Rows<T> gate, Rows<const T> up, AtNeurons at) {
  const int col = static_cast<int>(blockIdx.x * statistics_threads + threadIdx.x);
  if (col >= gate.cols) return;
  const bool is_off = at.off != nullptr && at.off[col] != 0;
  ColumnSum total;
  for (int row = at.offsets[blockIdx.y]; row < at.offsets[blockIdx.y + 1]; ++row) {
    T& value = gate.row(row)[col];
    const float activation = is_off ? 0.0f : f(to_float(value));
    total.count(activation);
    value = from_float<T>(up.data == nullptr ? activation : activation * to_float(up.row(row)[col]));
  }
  if (at.of_sequences.sum != nullptr)
    total.store(at.of_sequences, static_cast<long long>(blockIdx.y) * gate.cols + col);
}

/// Step 3: four columns a thread: one load of 16 bytes (8 of bf16) in place of four. The order of each column's sum is
/// still that of the rows, and so are its bits.
template <class F, class T>
__global__ void gated_activation_in_fours(F f, Rows<T> gate, Rows<const T> up, AtNeurons at) {
  const int col = 4 * static_cast<int>(blockIdx.x * statistics_threads + threadIdx.x);
  if (col >= gate.cols) return;
  bool is_off[4] = {};
  for (int i = 0; i < 4; ++i) is_off[i] = at.off != nullptr && at.off[col + i] != 0;
  ColumnSum totals[4];
  const int end = at.offsets[blockIdx.y + 1];
  NEUROGLOT_UNROLL(4)
  for (int row = at.offsets[blockIdx.y]; row < end; ++row) {
    const float4 before = load4(gate.row(row) + col);
    float values[4] = {before.x, before.y, before.z, before.w};
    const float4 factor = up.data == nullptr ? make_float4(1, 1, 1, 1) : load4(up.row(row) + col);
    const float factors[4] = {factor.x, factor.y, factor.z, factor.w};
    for (int i = 0; i < 4; ++i) {
      const float activation = is_off[i] ? 0.0f : f(values[i]);
      totals[i].count(activation);
      values[i] = activation * factors[i];
    }
    store4(gate.row(row) + col, make_float4(values[0], values[1], values[2], values[3]));
  }
  if (at.of_sequences.sum == nullptr) return;
  for (int i = 0; i < 4; ++i)
    totals[i].store(at.of_sequences, static_cast<long long>(blockIdx.y) * gate.cols + col + i);
}

/// Where nobody counts, no order of rows matters: as many threads as there are elements, or fours of them.
template <class F, class T>
__global__ void activate_by_one(F f, Rows<T> gate, Rows<const T> up, const unsigned char* off) {
  const int col = static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col >= gate.cols) return;
  T& value = gate.row(blockIdx.x)[col];
  const float activation = off != nullptr && off[col] != 0 ? 0.0f : f(to_float(value));
  value = from_float<T>(up.data == nullptr ? activation : activation * to_float(up.row(blockIdx.x)[col]));
}
template <class F, class T>
__global__ void activate_in_fours(F f, Rows<T> gate, Rows<const T> up, const unsigned char* off) {
  const int col = 4 * static_cast<int>(blockIdx.y * element_threads + threadIdx.x);
  if (col >= gate.cols) return;
  const float4 before = load4(gate.row(blockIdx.x) + col);
  const float4 factor = up.data == nullptr ? make_float4(1, 1, 1, 1) : load4(up.row(blockIdx.x) + col);
  float values[4] = {before.x, before.y, before.z, before.w};
  const float factors[4] = {factor.x, factor.y, factor.z, factor.w};
  for (int i = 0; i < 4; ++i) values[i] = (off != nullptr && off[col + i] != 0 ? 0.0f : f(values[i])) * factors[i];
  store4(gate.row(blockIdx.x) + col, make_float4(values[0], values[1], values[2], values[3]));
}

/// The launch for those who count, and for those who do not.
template <class F, class T>
void activate_and_count(Stream stream, F f, Rows<T> gate, Rows<const T> up, int sequences, const AtNeurons& at,
                        bool fours) {
  const int columns = statistics_threads * (fours ? 4 : 1);
  launch(fours ? gated_activation_in_fours<F, T> : gated_activation_by_column<F, T>,
         {dim3(static_cast<unsigned>(pieces(gate.cols, columns)), static_cast<unsigned>(sequences)),
          dim3(statistics_threads), 0, stream},
         f, gate, up, at);
}
template <class F, class T>
void gated_activation(Stream stream, F f, Rows<T> gate, Rows<const T> up, int sequences, const AtNeurons& at) {
  if (gate.rows == 0 || gate.cols == 0) return;
  const bool fours = in_fours(gate) && (up.data == nullptr || in_fours(up));
  if (at.of_sequences.sum != nullptr) return activate_and_count(stream, f, gate, up, sequences, at, fours);
  launch(fours ? activate_in_fours<F, T> : activate_by_one<F, T>, over_elements(stream, gate.rows, gate.cols, fours), f,
         gate, up, at.off);
}

}  // namespace neuroglot::cuda
