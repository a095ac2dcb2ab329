/// Element by element: sums, products, factors, soft caps. (ops/elementwise.hpp, ops/soft_cap.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// x += y; y of the shape of x, or of one row that every row of x sees.
template <class T>
void add(Stream stream, Rows<T> x, Rows<const T> y);
/// x *= y, likewise.
template <class T>
void multiply(Stream stream, Rows<T> x, Rows<const T> y);
/// x = factor x, then a soft cap where cap > 0; in place.
template <class T>
void shape_logits(Stream stream, Rows<T> x, float factor, float cap);
/// x = 0
template <class T>
void clear(Stream stream, Rows<T> x);

}  // namespace neuroglot::cuda
