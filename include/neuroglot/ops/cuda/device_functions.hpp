/// What ops/ names on the host, as kernels take it: activations, masks, shapes, sequences.
#pragma once

#include <algorithm>

#include "kernels/activation.hpp"
#include "kernels/attention.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/cuda/memory.hpp"
#include "neuroglot/ops/mask.hpp"

namespace neuroglot::cuda {

inline Silu on_device(neuroglot::Silu) {
  return {};
}
inline Gelu on_device(neuroglot::Gelu) {
  return {};
}
inline GeluTanh on_device(neuroglot::GeluTanh) {
  return {};
}
inline Relu on_device(neuroglot::Relu) {
  return {};
}

/// How far back and ahead a token sees.
inline Window window_of(const Causal&) {
  return {};
}
inline Window window_of(const Bidirectional&) {
  return {Window::unlimited, Window::unlimited};
}
inline Window window_of(const Window& window) {
  return window;
}

/// slopes: shape.alibi_slopes on the device, or null.
template <class Mask>
Heads heads_of(const AttentionShape& shape, const Mask& mask, const float* slopes) {
  const Window window = window_of(mask);
  const auto limit = [](Index n) { return static_cast<int>(std::min<Index>(n, Heads::unlimited)); };
  return {static_cast<int>(shape.heads),
          static_cast<int>(shape.kv_heads),
          static_cast<int>(shape.head_dim),
          static_cast<float>(shape.scale),
          static_cast<float>(shape.softcap),
          slopes,
          limit(window.before),
          limit(window.after)};
}

inline Sequence<float> sequence_of(const AttentionSequence<float>& sequence) {
  return {rows_of(sequence.q), rows_of(sequence.k), rows_of(sequence.v), rows_of(sequence.z)};
}

}  // namespace neuroglot::cuda
