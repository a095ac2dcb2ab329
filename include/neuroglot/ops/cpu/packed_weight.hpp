/// A weight matrix in the order in which the matrix product reads it: panels of 16 output features.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>

#include "neuroglot/core/buffer.hpp"
#include "neuroglot/core/dtype.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/weight_type.hpp"

namespace neuroglot {

class Int8Panels;  // ops/cpu/int8_panels.hpp

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
      : in_features_(in_features), out_features_(out_features), buffer_(elements() * sizeof(float)) {}

  Index in_features() const { return in_features_; }
  Index out_features() const { return out_features_; }
  WeightType type() const { return type_; }

  /// Before rows are set.
  void keep_as(WeightType type) {
    type_ = type;
    buffer_ = Buffer(elements() * (type == WeightType::fp32 ? sizeof(float) : sizeof(bf16)));
  }

  /// Row n of the published matrix (out_features, in_features), the weights of output feature n: y[:, n] = x . w.
  /// Threads may set rows of different panels at the same time.
  void set_row(Index n, const float* w) {
    if (coarse_ != nullptr) throw error("weights that have been searched for the best column can not be changed");
    for (Index k = 0; k < in_features_; ++k) {
      const Index at = offset(n) + k * panel_width;
      if (type_ == WeightType::fp32)
        static_cast<float*>(buffer_.data())[at] = w[k];
      else
        static_cast<bf16*>(buffer_.data())[at] = bf16(w[k]);
    }
  }
  /// The same row read back: with tied embeddings, the embedding of token n.
  void get_row(Index n, float* w) const {
    for (Index k = 0; k < in_features_; ++k) {
      const Index at = offset(n) + k * panel_width;
      w[k] = type_ == WeightType::fp32 ? static_cast<const float*>(buffer_.data())[at]
                                       : static_cast<float>(static_cast<const bf16*>(buffer_.data())[at]);
    }
  }

  /// Panel p of a weight in float: (in_features, 16), the output features from 16 p on.
  const float* panel(Index p) const {
    assert(type_ == WeightType::fp32);
    return static_cast<const float*>(buffer_.data()) + p * in_features_ * panel_width;
  }
  /// The same of a weight in bf16.
  const bf16* half_panel(Index p) const {
    assert(type_ == WeightType::bf16);
    return static_cast<const bf16*>(buffer_.data()) + p * in_features_ * panel_width;
  }
  Index panels() const { return panels_of(out_features_); }
  std::size_t bytes() const { return buffer_.bytes(); }

  /// Its coarse form (ops/cpu/screened_best.hpp), which is made when it is first searched for the best column; null
  /// before. Not from several threads at once.
  const Int8Panels* coarse() const { return coarse_.get(); }
  void keep_coarse(std::shared_ptr<const Int8Panels> coarse) const { coarse_ = std::move(coarse); }

 private:
  std::size_t elements() const { return static_cast<std::size_t>(panels() * in_features_ * panel_width); }
  Index offset(Index n) const {
    assert(n >= 0 && n < out_features_);
    return n / panel_width * in_features_ * panel_width + n % panel_width;
  }

  Index in_features_ = 0;
  Index out_features_ = 0;
  WeightType type_ = WeightType::fp32;
  Buffer buffer_;
  mutable std::shared_ptr<const Int8Panels> coarse_;
};

}  // namespace neuroglot
