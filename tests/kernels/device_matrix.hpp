/// Matrices on the device for tests. Between their rows lies memory that nobody has written and nobody may touch.
#pragma once

#include <cmath>
#include <vector>

#include "device.hpp"
#include "kernels/rows.cuh"
#include "neuroglot/core/matrix.hpp"
#include "ops/compare.hpp"

namespace device {

using neuroglot::Index;
using neuroglot::MatrixView;

inline float to_float(float x) {
  return x;
}
inline float to_float(cuda::Bf16 x) {
  return __bfloat162float(x);
}
template <class T>
T rounded(float x) {
  if constexpr (std::is_same_v<T, float>)
    return x;
  else
    return __float2bfloat16(x);
}

/// (rows, cols) of floats or bf16, rows `gap` elements apart from each other.
template <class T>
class DeviceMatrix {
 public:
  /// Nobody has written an element.
  DeviceMatrix(Index rows, Index cols, Index gap = 0)
      : rows_(rows), cols_(cols), stride_(cols + gap), elements_(static_cast<std::size_t>(rows * stride_)) {}
  /// Rounded to T.
  explicit DeviceMatrix(MatrixView<const float> values, Index gap = 0) : DeviceMatrix(values.rows, values.cols, gap) {
    std::vector<T> narrow;
    for (Index row = 0; row < rows_; ++row)
      for (const float value : values.row(row)) narrow.push_back(rounded<T>(value));
    const auto width = static_cast<std::size_t>(cols_) * sizeof(T);
    cuda::check(cudaMemcpy2DAsync(elements_.data(), static_cast<std::size_t>(stride_) * sizeof(T), narrow.data(), width,
                                  width, static_cast<std::size_t>(rows_), cudaMemcpyHostToDevice, nullptr),
                "upload");
  }

  cuda::Rows<T> rows() const { return {elements_.data(), static_cast<int>(rows_), static_cast<int>(cols_), stride_}; }
  cuda::Rows<const T> const_rows() const { return rows(); }

  /// All elements, row after row; fails where somebody has written between the rows.
  std::vector<float> values() const {
    const std::vector<T> all = elements_.values();
    std::vector<float> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool in_gap = static_cast<Index>(i) % stride_ >= cols_;
      if (!in_gap) result.push_back(to_float(all[i]));
      if (in_gap && !std::isnan(to_float(all[i]))) FAIL("the gap between rows was written to, at element " << i);
    }
    return result;
  }

 private:
  Index rows_, cols_, stride_;
  Array<T> elements_;
};

/// The values as T holds them, in double: what a reference is computed from.
template <class T>
neuroglot::Matrix<double> held_by(MatrixView<const float> values) {
  neuroglot::Matrix<double> result(values.rows, values.cols);
  for (Index row = 0; row < values.rows; ++row)
    for (Index col = 0; col < values.cols; ++col)
      result(row, col) = static_cast<double>(to_float(rounded<T>(values(row, col))));
  return result;
}

/// How far a result of T may be from the exact one: `fp32` in floats; in bf16 its own rounding, and that of what it was
/// computed from, on top.
template <class T>
Tolerance tolerance(Tolerance fp32) {
  if constexpr (std::is_same_v<T, float>)
    return fp32;
  else
    return {0x1p-8 + fp32.relative, fp32.absolute};
}

inline void check_values(const std::vector<float>& found, MatrixView<const double> expected, Tolerance allowed) {
  REQUIRE(static_cast<Index>(found.size()) == expected.rows * expected.cols);
  check_close({found.data(), expected.rows, expected.cols}, expected, allowed);
}

using cuda::Bf16;

/// Odd sizes and ragged tails: with rows of a multiple of four and of others, with gaps that keep fours and that do
/// not.
struct Shape {
  Index rows, cols, gap;
};
inline const std::vector<Shape> shapes = {{1, 1, 0}, {3, 5, 1}, {2, 64, 4}, {5, 130, 2}, {2, 1036, 0}, {1, 1023, 8}};

}  // namespace device
