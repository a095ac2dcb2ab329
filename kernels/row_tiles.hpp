/// Rows of x made ready for a product that takes a fixed number of them, and what shows that a row's result is the same
/// whatever that number is. (ops/cuda/product_plan.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// y = x, rounded to Y; 0 in the rows of y that x has not. Both of the same width.
template <class X, class Y>
void pad_rows(Stream stream, Rows<const X> x, Rows<Y> y);

/// Each element some value of [-1, 1), the same in every run.
template <class T>
void fill_with_noise(Stream stream, Rows<T> x);

/// y's rows are those of x, over and over, each time in another order. Y has a multiple of x's rows.
template <class T>
void repeat_rows(Stream stream, Rows<const T> x, Rows<T> y);

/// *unlike = how many elements of y have not the bits of x that repeat_rows would have put there.
void count_unlike(Stream stream, Rows<const float> x, Rows<const float> y, int* unlike);

}  // namespace neuroglot::cuda
