// A kernel that writes one element too far into device memory: AddressSanitizer must stop it.
#include "kernels/platform.cuh"

using namespace neuroglot::cuda;

template <class T>
__global__ void fill(T* out) {
  out[blockIdx.x * blockDim.x + threadIdx.x] = 1;
}

int main() {
  void* memory = nullptr;
  cudaMalloc(&memory, 63 * sizeof(float));
  launch(fill<float>, {dim3{2}, dim3{32}}, static_cast<float*>(memory));
}
