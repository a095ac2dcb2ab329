/// Rotary positions as a part of attention: the frequencies of a checkpoint, and the angles of a batch.
///
/// Angles are computed in float, as Hugging Face does (modeling_rope_utils): at position 500 the rounding of an angle
/// is what separates two implementations, so whoever wants to agree with published results rounds where they round.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// Turns per token of each pair, (head_dim / 2), and the factor on cosines and sines.
struct RopeFrequencies {
  std::vector<float> inverse;
  double attention_factor = 1;
};

namespace detail {

/// theta^(-2i/d), rounded as torch rounds it: the power in float, then its reciprocal.
inline std::vector<float> plain_frequencies(double theta, Index head_dim) {
  std::vector<float> inverse;
  for (Index i = 0; i < head_dim; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(head_dim);
    inverse.push_back(1.0f / static_cast<float>(std::pow(theta, static_cast<double>(exponent))));
  }
  return inverse;
}

/// Llama 3.1: long waves slowed by `factor`, short ones left alone, a smooth passage between. (Dubey et al. 2024;
/// _compute_llama3_parameters)
inline void stretch_llama3(const RopeConfig& rope, double trained_length, std::vector<float>& inverse) {
  const double low_wavelength = trained_length / rope.low_freq_factor,
               high_wavelength = trained_length / rope.high_freq_factor;
  for (float& frequency : inverse) {
    const double wavelength = 2 * std::numbers::pi / static_cast<double>(frequency);
    if (wavelength > low_wavelength) {
      frequency = frequency / static_cast<float>(rope.factor);
    } else if (wavelength >= high_wavelength) {
      const float smooth = static_cast<float>((trained_length / wavelength - rope.low_freq_factor) /
                                              (rope.high_freq_factor - rope.low_freq_factor));
      frequency = (1 - smooth) * frequency / static_cast<float>(rope.factor) + smooth * frequency;
    }
  }
}

/// YaRN (Peng et al. 2023, section 3.2; _compute_yarn_parameters): interpolates long waves, extrapolates short ones.
inline double stretch_yarn(const RopeConfig& rope, double trained_length, Index head_dim, std::vector<float>& inverse) {
  const auto dimension_of = [&](double rotations) {
    return static_cast<double>(head_dim) * std::log(trained_length / (rotations * 2 * std::numbers::pi)) /
           (2 * std::log(rope.rope_theta));
  };
  double low = dimension_of(rope.beta_fast), high = dimension_of(rope.beta_slow);
  if (rope.truncate) {
    low = std::floor(low);
    high = std::ceil(high);
  }
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(head_dim - 1));
  if (low == high) high += 0.001;
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    const float extrapolated = static_cast<float>(1 - ramp);
    inverse[i] = inverse[i] / static_cast<float>(rope.factor) * (1 - extrapolated) + inverse[i] * extrapolated;
  }
  const auto mscale = [&](double m) { return rope.factor <= 1 ? 1.0 : 0.1 * m * std::log(rope.factor) + 1; };
  if (rope.attention_factor) return *rope.attention_factor;
  if (rope.mscale.value_or(0) != 0 && rope.mscale_all_dim.value_or(0) != 0)
    return mscale(*rope.mscale) / mscale(*rope.mscale_all_dim);
  return mscale(1);
}

}  // namespace detail

/// The frequencies for a sequence of which `seen` tokens are known; only "dynamic" depends on that. Throws Error for a
/// rope_type that is not supported.
inline RopeFrequencies rope_frequencies(const Config& config, Index seen) {
  const RopeConfig& rope = config.rope;
  const Index trained = rope.original_max_position_embeddings > 0 ? rope.original_max_position_embeddings
                                                                  : config.max_position_embeddings;
  RopeFrequencies result{detail::plain_frequencies(rope.rope_theta, config.head_dim), 1};
  if (rope.rope_type == "linear") {
    for (float& frequency : result.inverse) frequency /= static_cast<float>(rope.factor);
  } else if (rope.rope_type == "dynamic") {  // NTK-aware: the base grows with the length beyond the trained one
    const double length = static_cast<double>(std::max(seen, config.max_position_embeddings));
    const double stretch =
        rope.factor * length / static_cast<double>(config.max_position_embeddings) - (rope.factor - 1);
    const double dim = static_cast<double>(config.head_dim);
    result.inverse = detail::plain_frequencies(rope.rope_theta * std::pow(stretch, dim / (dim - 2)), config.head_dim);
  } else if (rope.rope_type == "llama3") {
    detail::stretch_llama3(rope, static_cast<double>(trained), result.inverse);
  } else if (rope.rope_type == "yarn") {
    result.attention_factor = detail::stretch_yarn(rope, static_cast<double>(trained), config.head_dim, result.inverse);
  } else if (rope.rope_type != "default") {
    throw error("config.json: rope_type \"", rope.rope_type,
                "\" is not supported (supported: default, linear, dynamic, yarn, llama3)");
  }
  return result;
}

/// Position policy of attention: queries and keys are rotated by their positions.
class Rope {
 public:
  explicit Rope(const Config& config) : config_(config) { rope_frequencies(config, 0); }

  /// Once a pass: the cosines and sines of the batch's positions, (tokens, head_dim / 2).
  template <class Pass>
  void prepare(Pass& pass) const {
    Matrix<float> cosine(pass.batch.rows(), config_.head_dim / 2), sine(pass.batch.rows(), config_.head_dim / 2);
    for (Index s = 0; s < pass.batch.sequences(); ++s) {
      const RopeFrequencies frequencies = rope_frequencies(config_, pass.batch.seen(s));
      for (Index row = pass.batch.begin(s); row < pass.batch.begin(s + 1); ++row)
        for (Index i = 0; i < cosine.cols(); ++i) {
          const float position = static_cast<float>(pass.batch.positions()[static_cast<std::size_t>(row)]);
          const double angle = static_cast<double>(position * frequencies.inverse[static_cast<std::size_t>(i)]);
          cosine(row, i) = static_cast<float>(std::cos(angle) * frequencies.attention_factor);
          sine(row, i) = static_cast<float>(std::sin(angle) * frequencies.attention_factor);
        }
    }
    pass.cosine = pass.matrix(cosine.rows(), cosine.cols());
    pass.sine = pass.matrix(sine.rows(), sine.cols());
    pass.backend.upload(cosine.view(), pass.cosine);
    pass.backend.upload(sine.view(), pass.sine);
  }

  /// x (tokens, heads * head_dim), in place.
  template <class Pass>
  void rotate(Pass& pass, typename Pass::View x) const {
    pass.backend.rotate(x, pass.cosine, pass.sine, config_.head_dim);
  }

 private:
  Config config_;
};

}  // namespace neuroglot
