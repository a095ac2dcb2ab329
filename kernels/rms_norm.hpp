/// RMS normalisation, y = x / sqrt(mean(x^2) + eps) * (offset + weight), alone or fused with the residual sum in front
/// of it, x += added. (ops/rms_norm.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// y = norm(x). x and y (tokens, hidden) may be the same; weight (hidden).
template <class Y>
void rms_norm(Stream stream, Rows<const float> x, const float* weight, float eps, float offset, Rows<Y> y);

/// x += added; y = norm(x). Matrices whose rows can be read in fours. Throws for others.
template <class Y>
void add_rms_norm(Stream stream, Rows<float> x, Rows<const float> added, const float* weight, float eps, float offset,
                  Rows<Y> y);

}  // namespace neuroglot::cuda
