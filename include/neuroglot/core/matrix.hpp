/// Matrices as views: a pointer, two sizes and a row stride. Row-major, rows are tokens unless a comment says
/// otherwise.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <type_traits>

#include "neuroglot/core/buffer.hpp"

namespace neuroglot {

using Index = std::ptrdiff_t;

/// A view of (rows, cols) elements at data[row * stride + col]; copying it copies no element.
template <class T>
struct MatrixView {
  T* data = nullptr;
  Index rows = 0;
  Index cols = 0;
  Index stride = 0;  ///< elements from one row to the next, >= cols

  MatrixView() = default;
  MatrixView(T* elements, Index row_count, Index col_count, Index row_stride)
      : data(elements), rows(row_count), cols(col_count), stride(row_stride) {}
  MatrixView(T* elements, Index row_count, Index col_count) : MatrixView(elements, row_count, col_count, col_count) {}
  /// A mutable view is a constant view too.
  template <class U>
  requires(std::is_same_v<const U, T> && !std::is_const_v<U>) MatrixView(const MatrixView<U>& other)
      : MatrixView(other.data, other.rows, other.cols, other.stride) {}

  T& operator()(Index row, Index col) const {
    assert(row >= 0 && row < rows && col >= 0 && col < cols);
    return data[row * stride + col];
  }
  std::span<T> row(Index i) const { return {data + i * stride, static_cast<std::size_t>(cols)}; }
  MatrixView row_range(Index first, Index count) const { return {data + first * stride, count, cols, stride}; }
  MatrixView col_range(Index first, Index count) const { return {data + first, rows, count, stride}; }
};

/// A matrix that owns its elements, all zero at first; movable, not copyable (copies of activations are never an
/// accident).
template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(Index rows, Index cols)
      : buffer_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols) * sizeof(T)),
        rows_(rows),
        cols_(cols) {}

  Index rows() const { return rows_; }
  Index cols() const { return cols_; }
  MatrixView<T> view() { return {static_cast<T*>(buffer_.data()), rows_, cols_}; }
  MatrixView<const T> view() const { return {static_cast<const T*>(buffer_.data()), rows_, cols_}; }
  T& operator()(Index row, Index col) { return view()(row, col); }
  const T& operator()(Index row, Index col) const { return view()(row, col); }

 private:
  Buffer buffer_;
  Index rows_ = 0;
  Index cols_ = 0;
};

}  // namespace neuroglot
