/// The gated activation of an MLP, neurons = f(gate) * up, fused with what experiments do at the neurons: switching
/// some off, counting all. (Shazeer 2020; hooks/count.hpp, hooks/deactivate.hpp)
#pragma once

#include "kernels/activation.hpp"
#include "kernels/statistics.hpp"

namespace neuroglot::cuda {

/// What is asked for beside the product. Pointers are null where it is not.
struct AtNeurons {
  const int* offsets = nullptr;        ///< (sequences + 1): rows of each sequence; for those who count
  const unsigned char* off = nullptr;  ///< (neurons): 1 where the activation becomes 0
  Sums of_sequences{};                 ///< (sequences, neurons): sums of f(gate), after switching off
};

/// gate = f(gate) * up, in place, with what `at` asks for; where it counts, every row lies in one of the
/// sequences, of which there is one at least.
/// gate, up (tokens, neurons); up without data: times 1.
template <class F, class T>
void gated_activation(Stream stream, F f, Rows<T> gate, Rows<const T> up, int sequences, const AtNeurons& at);

}  // namespace neuroglot::cuda
