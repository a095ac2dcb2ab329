// What the library launches of the norms, compiled for the device.
#include "kernels/layer_norm.cuh"
#include "kernels/rms_norm.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_INSTANCES(Y)                                                                                \
  template __global__ void rms_norm_naive<Y>(Rows<const float>, const float*, float, float, Rows<Y>);         \
  template void rms_norm<Y>(Stream, Rows<const float>, const float*, float, float, Rows<Y>);                  \
  template void add_rms_norm<Y>(Stream, Rows<float>, Rows<const float>, const float*, float, float, Rows<Y>); \
  template void layer_norm<Y>(Stream, Rows<const float>, const float*, const float*, float, Rows<Y>);         \
  template void add_layer_norm<Y>(Stream, Rows<float>, Rows<const float>, const float*, const float*, float, Rows<Y>);
NEUROGLOT_INSTANCES(float)
NEUROGLOT_INSTANCES(Bf16)

}  // namespace neuroglot::cuda
