/// The frequencies of rotary positions, and how checkpoints stretch them beyond the length they were trained for.
///
/// Angles are computed in float, as Hugging Face does (modeling_rope_utils): at position 500 the rounding of an angle
/// is what separates two implementations, so whoever wants to agree with published results rounds where they round.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "neuroglot/core/error.hpp"
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

/// LongRoPE (Ding et al. 2024; _compute_longrope_parameters): each pair has a divisor of its own, one for sequences
/// within the trained length and one beyond it.
inline double stretch_longrope(const RopeConfig& rope, double trained_length, double length, Index seen,
                               std::vector<float>& inverse) {
  const std::vector<double>& divisors =
      static_cast<double>(seen) > trained_length ? rope.long_factor : rope.short_factor;
  if (divisors.size() != inverse.size())
    throw error("config.json: longrope has ", divisors.size(), " factors for ", inverse.size(), " rotated pairs");
  for (std::size_t i = 0; i < inverse.size(); ++i)
    inverse[i] = 1.0f / (static_cast<float>(divisors[i]) * (1.0f / inverse[i]));
  const double factor = rope.factor > 1 ? rope.factor : length / trained_length;
  if (rope.attention_factor) return *rope.attention_factor;
  return factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(trained_length));
}

/// "dynamic", NTK-aware: the base grows with the length beyond the trained one. (_compute_dynamic_ntk_parameters)
inline void stretch_dynamic(const RopeConfig& rope, double trained_length, Index seen, Index rotary_dim,
                            std::vector<float>& inverse) {
  const double length = std::max(static_cast<double>(seen), trained_length);
  const double stretch = rope.factor * length / trained_length - (rope.factor - 1);
  const double dim = static_cast<double>(rotary_dim);
  inverse = plain_frequencies(rope.rope_theta * std::pow(stretch, dim / (dim - 2)), rotary_dim);
}

}  // namespace detail

/// The frequencies for a sequence of which `seen` tokens are known; only "dynamic" and "longrope" depend on that.
/// Throws Error for a rope_type that is not supported.
inline RopeFrequencies rope_frequencies(const Config& config, const RopeConfig& rope, Index seen) {
  const auto length = static_cast<double>(config.max_position_embeddings);
  const double trained =
      rope.original_max_position_embeddings > 0 ? static_cast<double>(rope.original_max_position_embeddings) : length;
  const auto rotary_dim = static_cast<Index>(static_cast<double>(config.head_dim) * rope.partial_rotary_factor);
  RopeFrequencies result{detail::plain_frequencies(rope.rope_theta, rotary_dim), 1};
  if (rope.rope_type == "linear") {
    for (float& frequency : result.inverse) frequency /= static_cast<float>(rope.factor);
  } else if (rope.rope_type == "dynamic") {
    detail::stretch_dynamic(rope, length, seen, rotary_dim, result.inverse);
  } else if (rope.rope_type == "llama3") {
    detail::stretch_llama3(rope, trained, result.inverse);
  } else if (rope.rope_type == "yarn") {
    result.attention_factor = detail::stretch_yarn(rope, trained, rotary_dim, result.inverse);
  } else if (rope.rope_type == "longrope") {
    result.attention_factor = detail::stretch_longrope(rope, trained, length, seen, result.inverse);
  } else if (rope.rope_type != "default") {
    throw error("config.json: rope_type \"", rope.rope_type,
                "\" is not supported (supported: default, linear, dynamic, yarn, llama3, longrope)");
  }
  return result;
}
inline RopeFrequencies rope_frequencies(const Config& config, Index seen) {
  return rope_frequencies(config, config.rope, seen);
}

}  // namespace neuroglot
