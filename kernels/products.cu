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

void summarise_block(Stream stream, Rows<const float> logits, int first, const int* targets, float factor, float cap,
                     const LossScratch& scratch, int part) {
  launch(summarise_logits<PartialSum>, {dim3(static_cast<unsigned>(logits.rows)), dim3(loss_threads), 0, stream},
         logits, first, targets, factor, cap, scratch.parts, part, scratch.target_logits);
}
void combine_blocks(Stream stream, const LossScratch& scratch, double* loss) {
  launch(combine_parts<PartialSum>,
         {dim3(static_cast<unsigned>(pieces(scratch.parts.rows, 128))), dim3(128), 0, stream}, scratch.parts,
         scratch.target_logits, loss);
}

}  // namespace neuroglot::cuda
