// What the library launches at MLPs and element by element, compiled for the device.
#include "kernels/columns.cuh"
#include "kernels/gated_activation.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_ACTIVATION(F, T)                  \
  template void activate<F, T>(Stream, F, Rows<T>); \
  template void gated_activation<F, T>(Stream, F, Rows<T>, Rows<const T>, int, const AtNeurons&);
#define NEUROGLOT_INSTANCES(T)                                                \
  NEUROGLOT_ACTIVATION(Silu, T)                                               \
  NEUROGLOT_ACTIVATION(Gelu, T)                                               \
  NEUROGLOT_ACTIVATION(GeluTanh, T)                                           \
  NEUROGLOT_ACTIVATION(Relu, T)                                               \
  template __global__ void switch_off<T>(Rows<T>, const unsigned char*);      \
  template void change_columns<T>(Stream, Rows<T>, const ColumnChange*, int); \
  template void accumulate_statistics<T>(Stream, Rows<const T>, const int*, int, Sums, Sums);
NEUROGLOT_INSTANCES(float)
NEUROGLOT_INSTANCES(Bf16)

void add_to_totals(Stream stream, Sums of_sequences, int sequences, int neurons, Sums totals) {
  launch(add_sums<long long>,
         {dim3(static_cast<unsigned>(pieces(neurons, statistics_threads))), dim3(statistics_threads), 0, stream},
         of_sequences, sequences, neurons, totals);
}

}  // namespace neuroglot::cuda
