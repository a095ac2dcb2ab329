/// The k largest of each row, the largest first; of equal ones the first. (ops/route.hpp's order; k = 1 is argmax)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// values, places (rows, k) of x (rows, cols). Places are -1 beyond the row's end, which must hold no NaN.
template <class T>
void top_k(Stream stream, Rows<const T> x, int k, float* values, int* places);

}  // namespace neuroglot::cuda
