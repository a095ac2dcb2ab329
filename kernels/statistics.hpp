/// What a recording keeps of activations, neuron by neuron: how often > 0, their sum, the sum of their squares.
/// (ops/statistics.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// Sums of neurons, each (neurons), or (sequences, neurons) of the sequences of one batch.
struct Sums {
  long long* positive = nullptr;
  double* sum = nullptr;
  double* squares = nullptr;
};

/// totals[n] += of_sequences[s, n], in the order of the sequences: the bits of the totals do not depend on how
/// sequences are packed into batches, and are those of the CPU.
void add_to_totals(Stream stream, Sums of_sequences, int sequences, int neurons, Sums totals);

/// Adds x (tokens, neurons), whose sequence s is the rows [offsets[s], offsets[s + 1]), to the totals (neurons).
/// of_sequences: scratch of (sequences, neurons) each; offsets (sequences + 1) on the device.
template <class T>
void accumulate_statistics(Stream stream, Rows<const T> x, const int* offsets, int sequences, Sums of_sequences,
                           Sums totals);

}  // namespace neuroglot::cuda
