/// Log probabilities of chosen tokens without a matrix of all logits: the vocabulary is taken block by block, and of
/// each block a row keeps its maximum and the sum of exp(logit - maximum). (ops/cross_entropy.hpp, ops/row_targets.hpp,
/// ops/cpu/cross_entropy.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// What a block of columns adds to the log-sum-exp of a row.
struct PartialSum {
  float largest;
  float sum;  ///< of exp(logit - largest)
};

/// A token whose log probability is asked for, of one row of logits.
struct RowTarget {
  int row, column;
};

/// Column `part` of parts (rows, blocks) from logits (rows, width); factor, cap: ops/soft_cap.hpp.
void summarise_block(Stream stream, Rows<const float> logits, float factor, float cap, Rows<PartialSum> parts,
                     int part);
/// found[i] = the logit of targets[i], for those that are among these logits (rows, width): the columns
/// [first, first + width) of the vocabulary.
void gather_targets(Stream stream, Rows<const float> logits, int first, float factor, float cap,
                    const RowTarget* targets, int count, float* found);
/// sums[row] = ln sum exp of all logits of a row, in double and in the order of the blocks.
void log_sum_exp(Stream stream, Rows<const PartialSum> parts, double* sums);
/// result[i] = found[i] - sums[targets[i].row]
void subtract_log_sums(Stream stream, const RowTarget* targets, int count, const float* found, const double* sums,
                       double* result);

}  // namespace neuroglot::cuda
