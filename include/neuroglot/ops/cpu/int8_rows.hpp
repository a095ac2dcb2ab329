/// Activations in bytes, and how far they are off: what is multiplied with ops/cpu/int8_panels.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/int8_panels.hpp"
#include "neuroglot/ops/cpu/int8_product.hpp"

namespace neuroglot::cpu {

/// Rows of x in bytes, padded with rows of zeros to a multiple of 8: x = scale * (byte - 128), and what that is off by.
class Int8Rows {
 public:
  Int8Rows(Workspace& workspace, MatrixView<const float> x, Index groups)
      : bytes_(workspace.matrix<std::uint8_t>((x.rows + 7) / 8 * 8, groups * Int8Panels::group)) {
    std::fill_n(bytes_.data, bytes_.rows * bytes_.stride, static_cast<std::uint8_t>(int8_zero));
    for (Index i = 0; i < x.rows; ++i) set_row(x.row(i), bytes_.row(i).data());
  }

  struct Row {
    float scale, length, error;  ///< length and error rounded up
    bool usable;                 ///< finite, and neither so long nor so short that scores might overflow or vanish
  };
  const Row& row(Index i) const { return rows_[static_cast<std::size_t>(i)]; }
  MatrixView<const std::uint8_t> bytes(Index first, Index count) const { return bytes_.row_range(first, count); }
  bool all_usable() const {
    return std::ranges::all_of(rows_, [](const Row& row) { return row.usable; });
  }

 private:
  void set_row(std::span<const float> x, std::uint8_t* to) {
    double largest = 0, length = 0, error = 0;
    for (const float value : x) length += static_cast<double>(value) * value;
    const bool usable = length == 0 || (length > 1e-12 && length < 1e30);
    for (const float value : x) largest = std::max(largest, usable ? std::abs(static_cast<double>(value)) : 0);
    const float scale = static_cast<float>(largest / 127);
    for (std::size_t k = 0; k < x.size() && scale > 0; ++k) {
      const double whole = std::clamp(std::nearbyint(static_cast<double>(x[k]) / scale), -127.0, 127.0);
      to[k] = static_cast<std::uint8_t>(static_cast<int>(whole) + int8_zero);
      error += (x[k] - whole * scale) * (x[k] - whole * scale);
    }
    if (!usable) error = length;
    rows_.push_back({scale, static_cast<float>(std::sqrt(length) * 1.00001),
                     static_cast<float>(std::sqrt(error) * 1.00001), usable});
  }

  MatrixView<std::uint8_t> bytes_;
  std::vector<Row> rows_;
};

}  // namespace neuroglot::cpu
