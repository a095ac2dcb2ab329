/// The non-linearities of MLPs, one function object each.
#pragma once

#include <cmath>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// silu(x) = x / (1 + exp(-x)). (Elfwing et al. 2017; "silu" in config.json)
struct Silu {
  template <class T>
  static T apply(T x) {
    return x / (1 + std::exp(-x));
  }
};

namespace reference {

/// x = f(x), element by element, in place.
template <class Activation, class T>
void activate(Activation, MatrixView<T> x) {
  for (Index row = 0; row < x.rows; ++row)
    for (T& value : x.row(row)) value = Activation::apply(value);
}

}  // namespace reference
}  // namespace neuroglot
