/// A weight matrix in the order in which the matrix product reads it: panels of 16 output features.
#pragma once

#include <cassert>
#include <cstddef>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// Output features in a panel: two AVX2 registers, one AVX-512 register, one cache line of floats.
inline constexpr Index panel_width = 16;

/// Panels that hold n columns.
constexpr Index panels_of(Index n) {
  return (n + panel_width - 1) / panel_width;
}

/// Weights of one product, packed once at loading into panels of 16 columns: (out_features / 16, in_features, 16), zero
/// padded. The product walks through a panel from its first byte to its last, so that every cache line it fetches is
/// used whole and the next one can be foreseen.
class PackedWeight {
 public:
  PackedWeight() = default;
  PackedWeight(Index in_features, Index out_features)
      : buffer_(static_cast<std::size_t>(panels_of(out_features) * in_features * panel_width) * sizeof(float)),
        in_features_(in_features),
        out_features_(out_features) {}

  Index in_features() const { return in_features_; }
  Index out_features() const { return out_features_; }

  /// Row n of the published matrix (out_features, in_features), the weights of output feature n: y[:, n] = x . w.
  /// Threads may set rows of different panels at the same time.
  void set_row(Index n, const float* w) {
    float* const column = data() + offset(n);
    for (Index k = 0; k < in_features_; ++k) column[k * panel_width] = w[k];
  }
  /// The same row read back: with tied embeddings, the embedding of token n.
  void get_row(Index n, float* w) const {
    const float* const column = data() + offset(n);
    for (Index k = 0; k < in_features_; ++k) w[k] = column[k * panel_width];
  }

  /// Panel p: (in_features, 16), the output features from 16 p on.
  const float* panel(Index p) const { return data() + p * in_features_ * panel_width; }
  Index panels() const { return panels_of(out_features_); }
  std::size_t bytes() const { return buffer_.bytes(); }

 private:
  float* data() { return static_cast<float*>(buffer_.data()); }
  const float* data() const { return static_cast<const float*>(buffer_.data()); }
  Index offset(Index n) const {
    assert(n >= 0 && n < out_features_);
    return n / panel_width * in_features_ * panel_width + n % panel_width;
  }

  Buffer buffer_;
  Index in_features_ = 0;
  Index out_features_ = 0;
};

}  // namespace neuroglot
