// Matrix products, and rows made ready for them, compiled for the device.
#include "kernels/matmul.cuh"
#include "kernels/row_tiles.cuh"

namespace neuroglot::cuda {

#define NEUROGLOT_INSTANCES(X, W)                                                                              \
  template __global__ void matmul_naive<X, W, float>(Rows<const X>, Rows<const W>, const float*, Rows<float>); \
  template void matmul<X, W, float>(Stream, Rows<const X>, Rows<const W>, const float*, Rows<float>);
NEUROGLOT_INSTANCES(float, float)
NEUROGLOT_INSTANCES(float, Bf16)
NEUROGLOT_INSTANCES(Bf16, Bf16)

#define NEUROGLOT_ROWS(T)                                               \
  template void pad_rows<float, T>(Stream, Rows<const float>, Rows<T>); \
  template void fill_with_noise<T>(Stream, Rows<T>);                    \
  template void repeat_rows<T>(Stream, Rows<const T>, Rows<T>);
NEUROGLOT_ROWS(float)
NEUROGLOT_ROWS(Bf16)

void count_unlike(Stream stream, Rows<const float> x, Rows<const float> y, int* unlike) {
  check(cudaMemsetAsync(unlike, 0, sizeof(int), stream), "clearing a count");
  launch(compare_spread<float>, over_rows(stream, y.rows), x, y, unlike);
}

}  // namespace neuroglot::cuda
