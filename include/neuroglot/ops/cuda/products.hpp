/// y = x W^T + bias on the device, through cuBLASLt where the program has it. (ops/matmul.hpp)
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

#include "kernels/matmul.hpp"
#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cuda/product_plan.hpp"
#include "neuroglot/ops/cuda/weight.hpp"
#include "neuroglot/ops/product_options.hpp"

namespace neuroglot::cuda {

/// The products of one backend. A row's result depends on that row, the weights and the options alone - not on how many
/// rows there are, where they lie, or how they are aligned: see ProductPlan. Another device, another version of the
/// library or kernels/matmul.cuh instead of it give other rounding.
class Products {
 public:
  explicit Products(const ProductOptions& options = {}) : options_(options) {}

  /// x (rows, in); the rows [first, first + count) of w (out, in); bias (count) or null; y (rows, count).
  void multiply(Stream stream, Workspace& workspace, MatrixView<const float> x, const DeviceWeight& w, Index first,
                Index count, const float* bias, MatrixView<float> y) {
    if (x.rows == 0 || count == 0) return;
    const Workspace::Scope scope(workspace);
    const bool narrow = w.type() == WeightType::bf16;
    w.with_rows(first, count, [&]<class W>(Rows<const W> weights) {
      if (narrow && !options_.round_activations) return matmul(stream, rows_of(x), weights, bias, rows_of(y));
      const ProductKind kind{weights.rows, weights.cols, operands_of(narrow), bias != nullptr};
      ProductPlan* const plan = plan_of(kind);
      if (plan == nullptr) return by_kernel(stream, workspace, rows_of(x), weights, bias, rows_of(y));
      by_library(stream, workspace, *plan, rows_of(x), weights, bias, rows_of(y));
    });
  }

 private:
  template <class T>
  static constexpr Index bytes_of = std::is_same_v<T, float> ? 4 : 2;

  ProductKind::Operands operands_of(bool narrow) const {
    if (narrow) return ProductKind::Operands::bf16;
    return options_.tf32 ? ProductKind::Operands::tf32 : ProductKind::Operands::fp32;
  }

  /// Null where products of this kind are not the library's.
  ProductPlan* plan_of(const ProductKind& kind) {
    if (!options_.library || !CublasLt::available()) return nullptr;
    if (!library_) library_.emplace();
    auto found = plans_.find(kind);
    if (found == plans_.end()) found = plans_.emplace(kind, ProductPlan(*library_, kind)).first;
    if (!found->second.product().found()) return nullptr;
    if (const std::size_t bytes = found->second.product().workspace_bytes(); bytes > scratch_.bytes())
      scratch_ = device_buffer(bytes);
    return &found->second;
  }

  template <class T>
  static bool aligned(const Rows<T>& m) {
    constexpr auto bytes = static_cast<std::size_t>(bytes_of<std::remove_const_t<T>>);
    return reinterpret_cast<std::uintptr_t>(m.data) % product_alignment == 0 &&
           static_cast<std::size_t>(m.stride) * bytes % product_alignment == 0;
  }
  template <class T>
  static Rows<T> from_row(const Rows<T>& m, int first, int count) {
    using Byte = std::conditional_t<std::is_const_v<T>, const std::byte, std::byte>;
    auto* const bytes = reinterpret_cast<Byte*>(m.data) + first * m.stride * bytes_of<std::remove_const_t<T>>;
    return {reinterpret_cast<T*>(bytes), count, m.cols, m.stride};
  }
  /// An aligned matrix of the workspace.
  template <class T>
  static Rows<T> scratch(Workspace& workspace, int rows, int cols) {
    constexpr Index in_alignment = Index{product_alignment} / bytes_of<T>;
    const Index stride = (cols + in_alignment - 1) / in_alignment * in_alignment;
    void* const memory = workspace.matrix<std::byte>(rows, stride * bytes_of<T>).data;
    return {static_cast<T*>(memory), rows, cols, stride};
  }
  /// x's rows from `first` on, as T, zeros after the last.
  template <class T>
  static Rows<const T> padded(Stream stream, Workspace& workspace, const Rows<const float>& x, int first, int rows) {
    const Rows<T> y = scratch<T>(workspace, rows, x.cols);
    pad_rows(stream, from_row(x, first, std::min(rows, x.rows - first)), y);
    return y;
  }
  /// x as the library takes it: as it is, or a copy of whole calls.
  template <class T>
  static Rows<const T> ready(Stream stream, Workspace& workspace, const Rows<const float>& x) {
    if constexpr (std::is_same_v<T, float>)
      if (aligned(x)) return x;
    return padded<T>(stream, workspace, x, 0, (x.rows + least_height - 1) / least_height * least_height);
  }

  template <class W>
  void by_kernel(Stream stream, Workspace& workspace, const Rows<const float>& x, const Rows<const W>& w,
                 const float* bias, const Rows<float>& y) {
    if constexpr (std::is_same_v<W, float>)
      matmul(stream, x, w, bias, y);
    else
      matmul(stream, padded<W>(stream, workspace, x, 0, x.rows), w, bias, y);
  }

  template <class W>
  void by_library(Stream stream, Workspace& workspace, ProductPlan& plan, const Rows<const float>& x,
                  const Rows<const W>& w, const float* bias, const Rows<float>& y) {
    const Rows<const W> all = ready<W>(stream, workspace, x);
    for (int first = 0; first < x.rows;) {
      const Workspace::Scope scope(workspace);
      ProductOperands operands{nullptr, 0, w.data, w.stride, bias, nullptr, 0};
      const int height = plan.height(stream, operands, x.rows - first, scratch_.data());
      const int count = std::min(height, x.rows - first);
      Rows<const W> from = from_row(all, first, height);
      if constexpr (std::is_same_v<W, float>)
        if (first + height > all.rows) from = padded<float>(stream, workspace, x, first, height);
      const Rows<float> wanted = from_row(y, first, count);
      const bool in_place = count == height && aligned(wanted);
      const Rows<float> to = in_place ? wanted : scratch<float>(workspace, height, y.cols);
      operands.x = from.data;
      operands.x_stride = from.stride;
      operands.y = to.data;
      operands.y_stride = to.stride;
      plan.product().run(stream, operands, height, scratch_.data());
      if (!in_place) pad_rows(stream, Rows<const float>(from_row(to, 0, count)), wanted);
      first += count;
    }
  }

  ProductOptions options_;
  std::optional<CublasLt> library_;
  std::map<ProductKind, ProductPlan> plans_;
  Buffer scratch_;  // the library's
};

}  // namespace neuroglot::cuda
