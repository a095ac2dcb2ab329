/// Which algorithm multiplies one kind of product, and how many rows it may take at once.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "kernels/cublaslt.hpp"
#include "kernels/row_tiles.hpp"
#include "neuroglot/ops/cuda/memory.hpp"

namespace neuroglot::cuda {

/// The numbers of rows that one call of the library takes, the largest first. A product of many rows is made of such
/// calls; what is left of it is filled up with zeros to the least of them.
inline constexpr std::array product_heights = {2048, 512, 128, 32};
inline constexpr int least_height = product_heights.back();

/// The library's algorithm for a kind of product is chosen once, for the most rows. By definition a row's result is
/// that of a call with 32 rows. Before more are taken at once for the first time, it is shown that they give the same
/// bits: 32 rows of noise, and the same rows over and over in other places.
class ProductPlan {
 public:
  ProductPlan(const CublasLt& library, const ProductKind& kind) : product_(library, kind, product_heights) {}

  const CublasLtProduct& product() const { return product_; }
  /// How many rows the next call takes of so many that are left. The weights are those of `operands`.
  int height(Stream stream, const ProductOperands& operands, int left, void* workspace) {
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      if (product_heights[i] > left) continue;
      if (!shown_[i]) shown_[i] = gives_the_same_bits(stream, operands, product_heights[i], workspace);
      if (shown_[i].value_or(false)) return product_heights[i];
    }
    return least_height;
  }

 private:
  /// A matrix for the time of a comparison; no data where the device has no room for it.
  struct Temporary {
    Temporary(int rows, long long row_stride, std::size_t element_bytes)
        : stride(row_stride), data(allocate(static_cast<std::size_t>(rows * row_stride) * element_bytes)) {}
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() { release(data); }

    template <class T>
    Rows<T> view(int rows, int cols) const {
      return {static_cast<T*>(data), rows, cols, stride};
    }

    long long stride;
    void* data;
  };

  /// Empty where there is no memory to find out.
  std::optional<bool> gives_the_same_bits(Stream stream, const ProductOperands& operands, int rows, void* workspace) {
    if (product_.kind().operands == ProductKind::Operands::bf16)
      return compared<Bf16>(stream, operands, rows, workspace, 2);
    return compared<float>(stream, operands, rows, workspace, 4);
  }

  template <class T>
  std::optional<bool> compared(Stream stream, ProductOperands operands, int rows, void* workspace,
                               std::size_t element_bytes) const {
    const int in = product_.kind().in, out = product_.kind().out;
    const long long y_stride = (out + 3) / 4 * 4;
    const Temporary few(least_height, operands.w_stride, element_bytes), many(rows, operands.w_stride, element_bytes);
    const Temporary of_few(least_height, y_stride, sizeof(float)), of_many(rows, y_stride, sizeof(float));
    const Temporary unlike(1, 1, sizeof(int));
    for (const Temporary* one : {&few, &many, &of_few, &of_many, &unlike})
      if (one->data == nullptr) return {};
    fill_with_noise(stream, few.view<T>(least_height, in));
    repeat_rows<T>(stream, few.view<const T>(least_height, in), many.view<T>(rows, in));
    const auto multiply = [&](const Temporary& x, const Temporary& y, int height) {
      operands.x = x.data;
      operands.x_stride = x.stride;
      operands.y = static_cast<float*>(y.data);
      operands.y_stride = y.stride;
      product_.run(stream, operands, height, workspace);
    };
    multiply(few, of_few, least_height);
    multiply(many, of_many, rows);
    count_unlike(stream, of_few.view<const float>(least_height, out), of_many.view<const float>(rows, out),
                 static_cast<int*>(unlike.data));
    int found = 0;
    copy_bytes(stream, unlike.data, &found, sizeof(found));
    wait_for(stream);
    return found == 0;
  }

  CublasLtProduct product_;
  std::array<std::optional<bool>, product_heights.size() - 1> shown_{};  // of the taller heights; empty: not tried yet
};

}  // namespace neuroglot::cuda
