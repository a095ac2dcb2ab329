/// The non-linearities of MLPs, element by element. (ops/activation.hpp)
#pragma once

#include "kernels/activation.hpp"
#include "kernels/elementwise.cuh"

namespace neuroglot::cuda {

template <class F, class T>
void activate(Stream stream, F f, Rows<T> x) {
  change(stream, f, x);
}

}  // namespace neuroglot::cuda
