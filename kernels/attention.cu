// Attention in floats, compiled for the device.
#include "kernels/attention.cuh"
#include "kernels/attention_steps.cuh"
#include "kernels/attention_wmma.cuh"
#include "kernels/decode_attention.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_INSTANCES(T)                                                          \
  template void attention<T>(Stream, const Heads&, const Sequence<T>*, int, int, bool); \
  template __global__ void attention_by_query<T, 4>(Heads, const Sequence<T>*);         \
  template void decode_attention<T>(Stream, const Heads&, const Sequence<T>*, int, int, const DecodeScratch&);
NEUROGLOT_INSTANCES(float)
NEUROGLOT_INSTANCES(Bf16)
template void attention_scores<float>(Stream, const Heads&, const Sequence<float>&, int, Rows<float>);
template void attention_mix<float>(Stream, const Heads&, const Sequence<float>&, int, Rows<const float>);

void attention_with_tensor_cores(Stream stream, const Heads& shape, const Sequence<Bf16>* sequences, int count,
                                 int queries) {
  if (count == 0 || queries == 0) return;
  if (shape.head_dim > 128) throw std::invalid_argument("attention_with_tensor_cores: heads of more than 128 values");
  if (shape.head_dim <= 64)
    launch_attention_wmma<64>(stream, shape, sequences, count, queries);
  else
    launch_attention_wmma<128>(stream, shape, sequences, count, queries);
}

}  // namespace neuroglot::cuda
