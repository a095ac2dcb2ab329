// Attention in floats, compiled for the device.
#include "kernels/attention.cuh"
#include "kernels/attention_steps.cuh"
#include "kernels/attention_wmma.cuh"
#include "kernels/decode_attention.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_INSTANCES(T)                                                                                 \
  template void attention<T>(Stream, const Heads&, const Sequence<T>*, int, int, bool);                        \
  template __global__ void attention_by_query<T, 4>(Heads, const Sequence<T>*);                                \
  template void decode_attention<T>(Stream, const Heads&, const Sequence<T>*, int, int, const DecodeScratch&); \
  template void attention_with_tensor_cores<T>(Stream, const Heads&, const Sequence<T>*, int, int, bool);
NEUROGLOT_INSTANCES(float)
NEUROGLOT_INSTANCES(Bf16)
template void attention_scores<float>(Stream, const Heads&, const Sequence<float>&, int, Rows<float>);
template void attention_mix<float>(Stream, const Heads&, const Sequence<float>&, int, Rows<const float>);

}  // namespace neuroglot::cuda
