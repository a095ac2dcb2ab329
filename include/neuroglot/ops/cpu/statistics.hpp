/// ops/statistics.hpp in vector code.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/simd.hpp"

namespace neuroglot::cpu {

namespace detail {
/// The sums of a strip of columns over one sequence, small enough for the first-level cache.
struct ColumnSums {
  static constexpr Index width = 128;
  std::array<std::int32_t, width> positive{};
  std::array<double, width> sum{};
  std::array<double, width> squares{};
};

/// Adds one row: each column is summed in the order of the rows, whatever the vector width.
NEUROGLOT_INLINE void add_row(ColumnSums& sums, const float* values, Index width) {
  Index col = 0;
  each<8>(
      width,
      [&](const float* x) NEUROGLOT_VECTORIZED {
        const auto at = static_cast<std::size_t>(col);
        write(&sums.positive[at],
              EightInts(&sums.positive[at]).v - (Eight(x).v > 0.0f));  // a comparison gives -1 where it holds
        for (std::size_t part = 0; part < 8; part += 4) {
          const Double4 wide{x[part], x[part + 1], x[part + 2], x[part + 3]};
          write(&sums.sum[at + part], FourDoubles(&sums.sum[at + part]).v + wide);
          write(&sums.squares[at + part], FourDoubles(&sums.squares[at + part]).v + wide * wide);
        }
        col += 8;
      },
      values);
}
}  // namespace detail

/// Adds the rows of one sequence, x (tokens, neurons), to the totals; strips of columns are shared out where there is a
/// team.
inline void accumulate_statistics(Threads* threads, MatrixView<const float> x, std::int64_t* positive, double* sum,
                                  double* sum_of_squares) {
  using detail::ColumnSums;
  const auto add_strip = [&](Index strip, int) {
    const Index first = strip * ColumnSums::width, width = std::min(ColumnSums::width, x.cols - first);
    ColumnSums sums;
    vectorized([&](auto) NEUROGLOT_VECTORIZED {
      for (Index row = 0; row < x.rows; ++row) detail::add_row(sums, x.row(row).data() + first, width);
    });
    for (Index col = 0; col < width; ++col) {
      positive[first + col] += sums.positive[static_cast<std::size_t>(col)];
      sum[first + col] += sums.sum[static_cast<std::size_t>(col)];
      sum_of_squares[first + col] += sums.squares[static_cast<std::size_t>(col)];
    }
  };
  const Index strips = (x.cols + ColumnSums::width - 1) / ColumnSums::width;
  if (threads != nullptr)
    threads->for_each(strips, add_strip);
  else
    for (Index strip = 0; strip < strips; ++strip) add_strip(strip, 0);
}

}  // namespace neuroglot::cpu
