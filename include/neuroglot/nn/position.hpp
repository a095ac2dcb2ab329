/// Position policies of attention that do not rotate: none, where positions are in the embeddings, and ALiBi.
#pragma once

#include <cmath>
#include <vector>

#include "neuroglot/nn/config.hpp"
#include "neuroglot/ops/attention.hpp"

namespace neuroglot {

/// Attention itself knows of no positions: they were added to the embeddings. (GPT-2, BERT)
struct NoPosition {
  static constexpr bool rotates = false;

  explicit NoPosition(const Config&, Index /*layer*/ = 0) {}
  template <class Pass>
  void prepare(Pass&) const {}
  AttentionShape shape(AttentionShape plain) const { return plain; }
};

/// Scores grow with the position of the key, in each head at its own rate. (Press et al. 2022; build_alibi_tensor of
/// BLOOM in Hugging Face)
struct Alibi {
  static constexpr bool rotates = false;

  explicit Alibi(const Config& config, Index /*layer*/ = 0) : slopes(slopes_of(config.num_attention_heads)) {}
  template <class Pass>
  void prepare(Pass&) const {}
  AttentionShape shape(AttentionShape plain) const {
    plain.alibi_slopes = slopes;
    return plain;
  }

  /// 2^(-8 i / n) for n heads where that is a power of two; the heads beyond one take every other slope of twice as
  /// many.
  static std::vector<float> slopes_of(Index heads) {
    Index power = 1;
    while (power * 2 <= heads) power *= 2;
    std::vector<float> slopes;
    const auto add = [&](Index of, Index count, Index step) {
      const auto base = static_cast<float>(std::exp2(-8.0 / static_cast<double>(of)));
      for (Index i = 0; i < count; ++i) slopes.push_back(std::pow(base, static_cast<float>(1 + i * step)));
    };
    add(power, power, 1);
    add(2 * power, heads - power, 2);
    return slopes;
  }

  std::vector<float> slopes;  ///< of each head
};

}  // namespace neuroglot
