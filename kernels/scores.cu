// What is asked of the scores of tokens, compiled for the device.
#include "kernels/best_columns.cuh"
#include "kernels/log_probabilities.cuh"

namespace neuroglot::cuda {

namespace {

Launch a_block_a_row(Stream stream, int rows, int threads) {
  return {dim3(static_cast<unsigned>(rows)), dim3(static_cast<unsigned>(threads)), 0, stream};
}
Launch a_thread_each(Stream stream, int count) {
  return {dim3(static_cast<unsigned>(pieces(count, target_threads))), dim3(target_threads), 0, stream};
}

}  // namespace

void summarise_block(Stream stream, Rows<const float> logits, float factor, float cap, Rows<PartialSum> parts,
                     int part) {
  if (logits.rows == 0) return;
  launch(summarise_logits<PartialSum>, a_block_a_row(stream, logits.rows, logit_threads), logits,
         ShapeLogits{factor, cap}, parts, part);
}
void gather_targets(Stream stream, Rows<const float> logits, int first, float factor, float cap,
                    const RowTarget* targets, int count, float* found) {
  if (count == 0) return;
  launch(pick_targets<RowTarget>, a_thread_each(stream, count), logits, first, ShapeLogits{factor, cap}, targets, count,
         found);
}
void log_sum_exp(Stream stream, Rows<const PartialSum> parts, double* sums) {
  if (parts.rows > 0) launch(add_parts<PartialSum>, a_thread_each(stream, parts.rows), parts, sums);
}
void subtract_log_sums(Stream stream, const RowTarget* targets, int count, const float* found, const double* sums,
                       double* result) {
  if (count == 0) return;
  launch(subtract_sums<RowTarget>, a_thread_each(stream, count), targets, count, found, sums, result);
}

void keep_best(Stream stream, Rows<const float> logits, int first, float factor, float cap, float* values,
               int* columns) {
  if (logits.rows == 0) return;
  launch(keep_best_of_rows<float>, a_block_a_row(stream, logits.rows, top_k_threads), logits, first,
         ShapeLogits{factor, cap}, values, columns);
}

}  // namespace neuroglot::cuda
