/// The token with the highest score of each row, the vocabulary taken block by block. (ops/best_column.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// values, columns (rows): the largest of the logits seen so far and its column of the vocabulary, of equal ones the
/// first; -infinity and -1 where all are -infinity or NaN. logits (rows, width) are the columns [first, first + width)
/// of the vocabulary, of which those before `first` have been seen. factor, cap: ops/soft_cap.hpp.
void keep_best(Stream stream, Rows<const float> logits, int first, float factor, float cap, float* values,
               int* columns);

}  // namespace neuroglot::cuda
