/// The loss of the true next token without a matrix of all logits: the vocabulary is taken block by block, and of each
/// block a row keeps its maximum and the sum of exp(logit - maximum). (ops/cross_entropy.hpp,
/// ops/cpu/cross_entropy.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

inline constexpr int loss_columns = 4096;  // of the vocabulary at a time: 8 MB of logits for 512 rows

/// What a block of columns adds to the log-sum-exp of a row.
struct PartialSum {
  float largest;
  float sum;  ///< of exp(logit - largest)
};

/// Scratch of next_token_loss.
struct LossScratch {
  Rows<float> logits;      ///< (rows, min(loss_columns, vocabulary))
  Rows<PartialSum> parts;  ///< (rows, pieces(vocabulary, loss_columns))
  float* target_logits;    ///< (rows)
};

/// Column `part` of scratch.parts from logits (rows, width), which are the columns [first, first + width) of the
/// vocabulary; the logit of the row's target where it is among them. factor, cap: ops/soft_cap.hpp.
void summarise_block(Stream stream, Rows<const float> logits, int first, const int* targets, float factor, float cap,
                     const LossScratch& scratch, int part);
/// loss[row] = ln sum exp - the target's logit, from all parts.
void combine_blocks(Stream stream, const LossScratch& scratch, double* loss);

/// loss (rows) in nats of targets (rows) by the logits x W^T: `project(first, count, y)` writes the logits of the
/// vocabulary's rows [first, first + count) to y (rows, count), on the same stream. factor, cap: ops/soft_cap.hpp.
template <class Project>
void next_token_loss(Stream stream, int rows, int vocabulary, Project project, const int* targets, float factor,
                     float cap, const LossScratch& scratch, double* loss) {
  if (rows == 0) return;
  for (int first = 0, part = 0; first < vocabulary; first += loss_columns, ++part) {
    const int count = vocabulary - first < loss_columns ? vocabulary - first : loss_columns;
    const Rows<float> logits(scratch.logits.data, rows, count, scratch.logits.stride);
    project(first, count, logits);
    summarise_block(stream, logits, first, targets, factor, cap, scratch, part);
  }
  combine_blocks(stream, scratch, loss);
}

}  // namespace neuroglot::cuda
