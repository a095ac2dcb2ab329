/// A weight matrix a second time, coarsely: a byte a weight, and how far that may be off. For finding large scores.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/cpu/simd.hpp"
#include "neuroglot/ops/cpu/widen.hpp"

namespace neuroglot {

/// Row v of the weight, w_v, as scale[v] * q_v with whole numbers q_v of -127 to 127. For whatever x and its coarse
/// form x' the score x . w_v, computed in float or exactly, differs from the coarse one x' . (scale[v] q_v) by at most
///   |x| error[v] + |x - x'| length[v]        (Cauchy and Schwarz; |.| Euclidean)
/// error[v] is |w_v - scale[v] q_v| and what roundings of a float product can add; length[v] is |scale[v] q_v|.
/// Columns beyond the last of the weight have the scale 0.
class Int8Panels {
 public:
  static constexpr Index group = 4;  ///< neighbours along k that one instruction multiplies

  Int8Panels(Threads& threads, Workspace& workspace, const PackedWeight& w)
      : groups_((w.in_features() + group - 1) / group),
        bytes_(static_cast<std::size_t>(w.panels() * panel_bytes())),
        columns_(static_cast<std::size_t>(w.panels())) {
    const Workspace::Scope scope(workspace);
    const Index wide = w.type() == WeightType::fp32 ? 0 : w.in_features() * panel_width;
    const auto scratch = workspace.matrix<float>(threads.size(), wide);
    threads.for_each(w.panels(), [&](Index p, int thread) {
      set_panel(p, cpu::wide_panels(w, p, 1, 0, w.in_features(), scratch.data + thread * scratch.stride).first,
                w.in_features());
    });
    usable_ = w.in_features() <= most_features &&
              std::ranges::all_of(columns_, [](const Columns& of) { return of.size() < largest_size; });
  }

  /// What the 16 columns of a panel are to be multiplied with and may be off by.
  struct Columns {
    std::array<float, panel_width> scale{}, error{}, length{};
    std::array<std::int32_t, panel_width> sum{};  ///< of q_v
    /// NaN or infinite where a weight is.
    float size() const { return std::reduce(length.begin(), length.end()) + std::reduce(error.begin(), error.end()); }
  };

  Index groups() const { return groups_; }
  Index panel_bytes() const { return groups_ * group * panel_width; }
  /// (groups, 16 columns, 4 of k), zero where there is no weight.
  const std::int8_t* panel(Index p) const { return static_cast<const std::int8_t*>(bytes_.data()) + p * panel_bytes(); }
  const Columns& columns(Index p) const { return columns_[static_cast<std::size_t>(p)]; }
  /// Not for weights that are not finite or so large or long that sums might overflow.
  bool usable() const { return usable_; }

 private:
  static constexpr Index most_features = 16384;  // 255 * 127 * 16384 < 2^31
  static constexpr float largest_size = 1e15f;
  static constexpr float smallest_scale = 1e-12f;  // below it q_v is 0: squares in float would be 0 too
  static constexpr float lost = 1e-16f;            // the length of what has no square in float

  using Lanes = std::array<float, panel_width>;

  void set_panel(Index p, const float* w, Index depth) {
    Columns& of = columns_[static_cast<std::size_t>(p)];
    Lanes error{}, length{};
    cpu::vectorized([&](auto) NEUROGLOT_VECTORIZED {
      Lanes largest{}, inverse{};
      for (Index k = 0; k < depth; ++k)
        for (std::size_t n = 0; n < panel_width; ++n)
          largest[n] = std::max(largest[n], std::abs(w[k * panel_width + static_cast<Index>(n)]));
      for (std::size_t n = 0; n < panel_width; ++n) {
        of.scale[n] = largest[n] / 127;
        inverse[n] = of.scale[n] > smallest_scale ? 1 / of.scale[n] : 0;
      }
      auto* const q = static_cast<std::int8_t*>(bytes_.data()) + p * panel_bytes();
      for (Index k = 0; k < depth; ++k)
        set_step(w + k * panel_width, inverse, of, q + k / group * panel_width * group + k % group, error, length);
    });
    // A float product of `depth` terms, and the sums above, are off by less than depth * 2^-24 of |x| |w|; eight times.
    const float rounding = static_cast<float>(depth + 128) * 0x1p-21f;
    for (std::size_t n = 0; n < panel_width; ++n) {
      of.length[n] = std::sqrt(length[n]) * (1 + rounding);
      of.error[n] = std::sqrt(error[n]) + (std::sqrt(length[n]) + std::sqrt(error[n])) * rounding + lost;
    }
  }

  // One k of 16 columns: their numbers, each at q + 4 column, and the squares of what they stand for and are off by.
  NEUROGLOT_INLINE static void set_step(const float* w, const Lanes& inverse, Columns& of, std::int8_t* q, Lanes& error,
                                        Lanes& length) {
    constexpr float round = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
    for (std::size_t n = 0; n < panel_width; ++n) {
      const float steps = w[n] * inverse[n];
      const float whole = (steps > -127 ? (steps < 127 ? steps : 127) : -127) + round - round;  // NaN: -127
      const float coarse = whole * of.scale[n];
      error[n] += (w[n] - coarse) * (w[n] - coarse);
      length[n] += coarse * coarse;
      of.sum[n] += static_cast<std::int32_t>(whole);
      q[n * group] = static_cast<std::int8_t>(whole);
    }
  }

  Index groups_ = 0;
  Buffer bytes_;
  std::vector<Columns> columns_;
  bool usable_ = false;
};

}  // namespace neuroglot
