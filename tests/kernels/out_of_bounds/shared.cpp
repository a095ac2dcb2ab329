// A kernel that writes one element too far into shared memory: AddressSanitizer must stop it.
#include "kernels/platform.cuh"

using namespace neuroglot::cuda;

template <class T>
__global__ void fill(int n) {
  NEUROGLOT_SHARED(T, tile, [31]);
  for (int i = static_cast<int>(threadIdx.x); i < n; i += 32) (&tile[0])[i] = 1;
}

int main() {
  launch(fill<float>, {dim3{1}, dim3{32}}, 32);
}
