/// Rotary positions as a part of attention: the angles of a batch.
#pragma once

#include <cmath>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/nn/config.hpp"
#include "neuroglot/nn/pass.hpp"
#include "neuroglot/nn/rope_frequencies.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/rope.hpp"

namespace neuroglot {

/// Position policy of attention: queries and keys are rotated by their positions. Local layers may have frequencies of
/// their own (Gemma 3, ModernBERT).
template <RotaryPairs pairs>
class RotaryPosition {
 public:
  static constexpr bool rotates = true;

  explicit RotaryPosition(const Config& config, Index layer = 0)
      : config_(config), local_(config.local_rope.has_value() && config.is_local(layer)) {
    rope_frequencies(config, 0);
  }

  /// Once a pass: the angles of the batch's positions.
  template <class Pass>
  void prepare(Pass& pass) const {
    pass.angles = angles(pass, config_.rope);
    if (config_.local_rope) pass.local_angles = angles(pass, *config_.local_rope);
  }

  /// x (tokens, heads * head_dim), in place.
  template <class Pass>
  void rotate(Pass& pass, typename Pass::View x) const {
    const auto& at = local_ ? pass.local_angles : pass.angles;
    pass.backend.rotate(x, at.cosine, at.sine, config_.head_dim, pairs);
  }

  /// Nothing is added to scores.
  AttentionShape shape(AttentionShape plain) const { return plain; }

 private:
  template <class Pass>
  RotaryAngles<typename Pass::Scalar> angles(Pass& pass, const RopeConfig& rope) const {
    const Index width = static_cast<Index>(rope_frequencies(config_, rope, 0).inverse.size());
    Matrix<float> cosine(pass.batch.rows(), width), sine(pass.batch.rows(), width);
    for (Index s = 0; s < pass.batch.sequences(); ++s) {
      const RopeFrequencies frequencies = rope_frequencies(config_, rope, pass.batch.seen(s));
      for (Index row = pass.batch.begin(s); row < pass.batch.begin(s + 1); ++row)
        for (Index i = 0; i < width; ++i) {
          const float position = static_cast<float>(pass.batch.positions()[static_cast<std::size_t>(row)]);
          const double angle = static_cast<double>(position * frequencies.inverse[static_cast<std::size_t>(i)]);
          cosine(row, i) = static_cast<float>(std::cos(angle) * frequencies.attention_factor);
          sine(row, i) = static_cast<float>(std::sin(angle) * frequencies.attention_factor);
        }
    }
    RotaryAngles<typename Pass::Scalar> result{pass.matrix(cosine.rows(), width), pass.matrix(sine.rows(), width)};
    pass.backend.upload(cosine.view(), result.cosine);
    pass.backend.upload(sine.view(), result.sine);
    return result;
  }

  Config config_;
  bool local_;
};

using Rope = RotaryPosition<RotaryPairs::halves>;
using NeighbourRope = RotaryPosition<RotaryPairs::neighbours>;  ///< (Cohere)

}  // namespace neuroglot
