// Matrix products and the loss fused with the vocabulary projection, compiled for the device.
#include "kernels/matmul.cuh"
#include "kernels/next_token_loss.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_INSTANCES(X, W)                                                                              \
  template __global__ void matmul_naive<X, W, float>(Rows<const X>, Rows<const W>, const float*, Rows<float>); \
  template void matmul<X, W, float>(Stream, Rows<const X>, Rows<const W>, const float*, Rows<float>);
NEUROGLOT_INSTANCES(float, float)
NEUROGLOT_INSTANCES(float, Bf16)
NEUROGLOT_INSTANCES(Bf16, Bf16)
template __global__ void summarise_logits<PartialSum>(Rows<const float>, int, const int*, float, float,
                                                      Rows<PartialSum>, int, float*);
template __global__ void combine_parts<PartialSum>(Rows<const PartialSum>, const float*, double*);

}  // namespace neuroglot::cuda
