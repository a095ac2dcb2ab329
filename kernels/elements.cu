// Sums, products, soft caps, rows by their numbers, rotations, the k largest: compiled for the device.
#include "kernels/elementwise.cuh"
#include "kernels/gather.cuh"
#include "kernels/rope.cuh"
#include "kernels/softmax.cuh"
#include "kernels/top_k.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_INSTANCES(T)                                                               \
  template void add<T>(Stream, Rows<T>, Rows<const T>);                                      \
  template void multiply<T>(Stream, Rows<T>, Rows<const T>);                                 \
  template void shape_logits<T>(Stream, Rows<T>, float, float);                              \
  template void clear<T>(Stream, Rows<T>);                                                   \
  template void rotate<T>(Stream, Rows<T>, Rows<const float>, Rows<const float>, int, bool); \
  template void softmax<T>(Stream, Rows<T>);                                                 \
  template __global__ void softmax_in_three<T>(Rows<T>);                                     \
  template void top_k<T>(Stream, Rows<const T>, int, float*, int*);                          \
  template void gather<T, float, int>(Stream, Rows<const T>, const int*, Rows<float>);       \
  template void gather<T, T, long long>(Stream, Rows<const T>, const long long*, Rows<T>);
NEUROGLOT_INSTANCES(float)
NEUROGLOT_INSTANCES(Bf16)
template void scatter_add<float>(Stream, Rows<const float>, const long long*, const float*, Rows<float>);

}  // namespace neuroglot::cuda
