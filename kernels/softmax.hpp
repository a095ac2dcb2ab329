/// Each row becomes exp(x - max) / sum exp(x - max). (ops/attention.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// x (rows, cols), in place.
template <class T>
void softmax(Stream stream, Rows<T> x);

}  // namespace neuroglot::cuda
