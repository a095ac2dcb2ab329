/// Soft caps and factors on scores: y = cap tanh(x / cap), as Gemma 2 bounds its scores. (Gemma Team 2024, section 2)
#pragma once

#include <cmath>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// What a family does to the scores of the next token after the vocabulary projection: a factor, then a soft cap.
struct LogitShape {
  double scale = 1;    ///< logit_scale (Cohere)
  double softcap = 0;  ///< final_logit_softcapping (Gemma 2); 0: none

  bool changes_nothing() const { return scale == 1 && softcap == 0; }
};

namespace reference {

/// x = scale x, then cap tanh(x / cap), in place.
template <class T>
void shape_logits(MatrixView<T> x, const LogitShape& shape) {
  for (Index row = 0; row < x.rows; ++row)
    for (T& value : x.row(row)) {
      value *= static_cast<T>(shape.scale);
      if (shape.softcap > 0) value = static_cast<T>(shape.softcap) * std::tanh(value / static_cast<T>(shape.softcap));
    }
}

}  // namespace reference
}  // namespace neuroglot
