/// The matrix product of a linear layer, y = x W^T + bias. (ops/matmul.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// y = x W^T + bias. x (rows, in), w (out, in), bias (out) or null, y (rows, out).
template <class X, class W, class Y>
void matmul(Stream stream, Rows<const X> x, Rows<const W> w, const float* bias, Rows<Y> y);

}  // namespace neuroglot::cuda
