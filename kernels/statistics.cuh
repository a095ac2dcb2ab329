/// What a recording keeps of activations, neuron by neuron: how often > 0, their sum, the sum of their squares.
/// (ops/statistics.hpp)
#pragma once

#include "kernels/rows.cuh"
#include "kernels/statistics.hpp"

namespace neuroglot::cuda {

/// What one thread adds up of one column, row after row. In double, in which the square of a float is exact, so that it
/// does not matter whether the compiler fuses the product and the sum.
struct ColumnSum {
  long long positive = 0;
  double sum = 0, squares = 0;

  __device__ void count(float value) {
    const double wide = static_cast<double>(value);
    positive += value > 0 ? 1 : 0;
    sum += wide;
    squares += wide * wide;
  }
  __device__ void store(const Sums& to, long long at) const {
    to.positive[at] = positive;
    to.sum[at] = sum;
    to.squares[at] = squares;
  }
};

inline constexpr int statistics_threads = 128;

/// of_sequences[s, n] from the rows [offsets[s], offsets[s + 1]) of column n of x (tokens, neurons): a thread a column
/// and sequence, down the rows in their order. Neighbouring threads read neighbouring columns.
template <class T>
__global__ void sum_columns(Rows<const T> x, const int* offsets, Sums of_sequences) {
  const int col = static_cast<int>(blockIdx.x * statistics_threads + threadIdx.x);
  if (col >= x.cols) return;
  ColumnSum total;
  for (int row = offsets[blockIdx.y]; row < offsets[blockIdx.y + 1]; ++row) total.count(to_float(x.row(row)[col]));
  total.store(of_sequences, static_cast<long long>(blockIdx.y) * x.cols + col);
}

/// totals[n] += of_sequences[s, n], in the order of the sequences: the bits of the totals do not depend on how
/// sequences are packed into batches, and are those of the CPU.
template <class Count>
__global__ void add_sums(Sums of_sequences, Count sequences, Count neurons, Sums totals) {
  const Count neuron = blockIdx.x * statistics_threads + threadIdx.x;
  if (neuron >= neurons) return;
  for (Count s = 0; s < sequences; ++s) {
    totals.positive[neuron] += of_sequences.positive[s * neurons + neuron];
    totals.sum[neuron] += of_sequences.sum[s * neurons + neuron];
    totals.squares[neuron] += of_sequences.squares[s * neurons + neuron];
  }
}

template <class T>
void accumulate_statistics(Stream stream, Rows<const T> x, const int* offsets, int sequences, Sums of_sequences,
                           Sums totals) {
  if (sequences == 0 || x.cols == 0) return;
  launch(sum_columns<T>,
         {dim3(static_cast<unsigned>(pieces(x.cols, statistics_threads)), static_cast<unsigned>(sequences)),
          dim3(statistics_threads), 0, stream},
         x, offsets, of_sequences);
  add_to_totals(stream, of_sequences, sequences, x.cols, totals);
}

}  // namespace neuroglot::cuda
