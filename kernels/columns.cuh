/// Some columns of a matrix set or shifted: the kernel of columns.hpp.
#pragma once

#include "kernels/columns.hpp"
#include "kernels/rows.cuh"

namespace neuroglot::cuda {

inline constexpr int column_threads = 128;

/// A thread a row and change. Neighbours take neighbouring changes of one row: where the columns ascend, what they
/// touch lies as close together as it can.
template <class T>
__global__ void change_columns_of_row(Rows<T> x, const ColumnChange* changes, int count) {
  const int i = static_cast<int>(blockIdx.y * column_threads + threadIdx.x);
  if (i >= count) return;
  const ColumnChange change = changes[i];
  T& value = x.row(blockIdx.x)[change.column];
  value = from_float<T>(change.adds != 0 ? to_float(value) + change.value : change.value);
}

template <class T>
void change_columns(Stream stream, Rows<T> x, const ColumnChange* changes, int count) {
  if (x.rows == 0 || count == 0) return;
  launch(change_columns_of_row<T>,
         {dim3(static_cast<unsigned>(x.rows), static_cast<unsigned>(pieces(count, column_threads))),
          dim3(column_threads), 0, stream},
         x, changes, count);
}

}  // namespace neuroglot::cuda
