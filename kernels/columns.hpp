/// Some columns of a matrix set or shifted: neurons switched off, held at a value, or pushed. (hooks/deactivate.hpp,
/// hooks/activate.hpp, hooks/shift.hpp)
#pragma once

#include "kernels/rows.hpp"

namespace neuroglot::cuda {

/// What happens to a column, in all rows.
struct ColumnChange {
  int column = 0;
  float value = 0;
  int adds = 0;  ///< 1: the value is added to what is there; 0: it takes its place
};

/// x (rows, cols), in place; changes (count) on the device, no column twice.
template <class T>
void change_columns(Stream stream, Rows<T> x, const ColumnChange* changes, int count);

}  // namespace neuroglot::cuda
