/// Layer normalisation, y = (x - mean(x)) / sqrt(var(x) + eps) * weight + bias, alone or with the residual sum in front
/// of it. (ops/layer_norm.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// y = norm(x). x and y (tokens, hidden) may be the same; weight (hidden), bias (hidden) or null.
template <class Y>
void layer_norm(Stream stream, Rows<const float> x, const float* weight, const float* bias, float eps, Rows<Y> y);

/// x += added; y = norm(x).
template <class Y>
void add_layer_norm(Stream stream, Rows<float> x, Rows<const float> added, const float* weight, const float* bias,
                    float eps, Rows<Y> y);

}  // namespace neuroglot::cuda
