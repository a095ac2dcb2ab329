/// The matrix product on the CPU: y = x W^T + b with weights packed once, or with panels packed from an activation.
///
/// Every element of y is a sum of chains fma(x[k+63], w[k+63], ... fma(x[k], w[k], 0)) over k = 0, 64, 128, ..., added
/// up in that order, then + bias. Its bits depend on x's row and on W's row alone: not on the other rows of the batch,
/// nor their number, nor the threads, nor the columns.
#pragma once

#include <algorithm>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/instruction_set.hpp"
#include "neuroglot/ops/cpu/matmul_avx2.hpp"
#include "neuroglot/ops/cpu/matmul_avx512.hpp"
#include "neuroglot/ops/cpu/matmul_many_rows.hpp"
#include "neuroglot/ops/cpu/matmul_plain_rows.hpp"
#include "neuroglot/ops/cpu/matmul_portable.hpp"
#include "neuroglot/ops/cpu/packed_weight.hpp"
#include "neuroglot/ops/matmul.hpp"

namespace neuroglot::cpu {

namespace detail {

/// Calls body(kernel) with the micro-kernel of the instruction set in use.
template <class Body>
void with_matmul_kernel(Body&& body) {
  switch (instruction_set()) {
    case InstructionSet::portable:
      return body(PortableMatmul{});
    case InstructionSet::avx2_fma:
      return body(Avx2Matmul{});
    case InstructionSet::avx512:
      return body(Avx512Matmul{});
  }
}

}  // namespace detail

/// y (rows, out_features) = x (rows, in_features) . w^T, + bias (out_features) unless that is null. Rows of x and y may
/// be strided; y may not overlap x. Throws an Error when the shapes do not fit.
inline void matmul(Threads& threads, Workspace& workspace, MatrixView<const float> x, const PackedWeight& w,
                   const float* bias, MatrixView<float> y) {
  check_matmul_shapes(x.rows, x.cols, w.out_features(), w.in_features(), y.rows, y.cols);
  detail::with_matmul_kernel([&](auto kernel) {
    using Kernel = decltype(kernel);
    if (bias == nullptr)
      detail::multiply<Kernel>(threads, workspace, x, w, y, Store{});
    else
      detail::multiply<Kernel>(threads, workspace, x, w, y, StoreAddingBias{bias});
  });
}

/// Floats that panels of n columns and this depth take: (ceil(n / 16), depth, 16).
constexpr Index panel_floats(Index n, Index depth) {
  return panels_of(n) * depth * panel_width;
}

/// Panels whose columns are the rows of b (n, depth), as keys (positions, head size) for scores = q . keys^T.
/// panels: panel_floats(n, depth), zero padded.
inline void pack_rows_as_panels(MatrixView<const float> b, float* panels) {
  detail::with_matmul_kernel([&](auto kernel) {
    for (Index n = 0; n < b.rows; n += panel_width)
      decltype(kernel)::transpose_to_panel(b.row_range(n, std::min(panel_width, b.rows - n)), panels + n * b.cols);
  });
}

/// Panels whose columns are the columns of b (depth, n), as values (positions, head size) for mix = weights . values.
/// panels: panel_floats(n, depth), zero padded.
inline void pack_cols_as_panels(MatrixView<const float> b, float* panels) {
  for (Index n = 0; n < b.cols; n += panel_width) {
    const Index width = std::min(panel_width, b.cols - n);
    for (Index k = 0; k < b.rows; ++k, panels += panel_width) {
      const float* const from = b.data + k * b.stride + n;
      if (width == panel_width)
        std::copy_n(from, panel_width, panels);
      else
        std::fill(std::copy_n(from, width, panels), panels + panel_width, 0.0f);
    }
  }
}

/// y (m, n) = scale * (x (m, depth) . panels), single-threaded, without workspace: for products of activations inside
/// one chunk of a parallel loop. n need not be a multiple of 16; only the n columns of y are written. The sum is the
/// sum above, multiplied by scale at its end. Of panels that are deeper than x, packed_depth steps, the first x.cols
/// are used.
inline void matmul_panels(MatrixView<const float> x, const float* panels, Index n, MatrixView<float> y,
                          float scale = 1.0f, Index packed_depth = 0) {
  check_matmul_shapes(x.rows, x.cols, n, x.cols, y.rows, y.cols);
  const Index stride = std::max(x.cols, packed_depth) * panel_width;
  detail::with_matmul_kernel([&](auto kernel) {
    detail::multiply_plain<decltype(kernel)>(x, {panels, stride}, y, false, StoreScaled{scale});
  });
}

/// y (m, n) += x (m, depth) . panels: the sum goes on from what y holds, so that a long depth may come in pieces of
/// a multiple of 64.
inline void add_matmul_panels(MatrixView<const float> x, const float* panels, Index n, MatrixView<float> y) {
  check_matmul_shapes(x.rows, x.cols, n, x.cols, y.rows, y.cols);
  detail::with_matmul_kernel([&](auto kernel) {
    detail::multiply_plain<decltype(kernel)>(x, {panels, x.cols * panel_width}, y, true, Store{});
  });
}

}  // namespace neuroglot::cpu
