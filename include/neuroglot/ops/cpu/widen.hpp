/// Panels of weights kept in bf16, widened to float for the products, a few panels at a time, so that they stay in the
/// cache until they are multiplied.
#pragma once

#include <cstdint>
#include <cstring>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

/// to[i] = from[i], n of them, a multiple of 16. Exact: a bf16 is the upper half of a float.
inline void widen(const bf16* from, Index n, float* to) {
  using Halves = std::uint16_t __attribute__((vector_size(32)));
  using Words = std::uint32_t __attribute__((vector_size(64)));
  vectorized([&](auto) NEUROGLOT_VECTORIZED {
    for (Index i = 0; i < n; i += 16) {
      Halves halves;
      std::memcpy(&halves, from + i, sizeof halves);
      const Words words = __builtin_convertvector(halves, Words) << 16;
      std::memcpy(to + i, &words, sizeof words);
    }
  });
}

/// Steps [k, k + depth) of panels [first, first + count) as floats, (depth, 16) each, one after the other in `scratch`
/// (count * depth * 16); where the weight is in float already, where they lie. `stride`: floats from panel to panel.
struct WidePanels {
  const float* first;
  Index stride;
};
inline WidePanels wide_panels(const PackedWeight& w, Index first, Index count, Index k, Index depth, float* scratch) {
  if (w.type() == WeightType::fp32) return {w.panel(first) + k * panel_width, w.in_features() * panel_width};
  for (Index p = 0; p < count; ++p)
    widen(w.half_panel(first + p) + k * panel_width, depth * panel_width, scratch + p * depth * panel_width);
  return {scratch, depth * panel_width};
}

}  // namespace neuroglot::cpu
