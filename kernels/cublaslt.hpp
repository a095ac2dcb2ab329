/// Products through cuBLASLt, y = x W^T + bias, one algorithm for each kind of product. Needs no header of CUDA; what
/// is declared here is defined in cublaslt.cu, with NVIDIA's library, with its emulation, or without either.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "kernels/rows.hpp"

struct cublasLtContext;  // of cuBLASLt, and of its emulation

namespace neuroglot::cuda {

/// What the algorithm of a product depends on: of the shape only what the weights say, never the rows of x.
struct ProductKind {
  enum class Operands {
    fp32,  ///< x and W in float, multiplied as floats
    tf32,  ///< x and W in float, rounded to 10 bits of mantissa on their way into the tensor cores
    bf16   ///< x and W in bf16
  };

  int out = 0, in = 0;
  Operands operands = Operands::fp32;
  bool biased = false;

  auto operator<=>(const ProductKind&) const = default;
};

/// Every operand begins at a multiple of so many bytes, and so does each of its rows: else there would be an algorithm
/// for each alignment, with bits of its own.
inline constexpr std::size_t product_alignment = 16;

/// x (rows, in) and w (out, in) of floats or bf16 as the kind says, bias (out) or null, y (rows, out); strides in
/// elements.
struct ProductOperands {
  const void* x = nullptr;
  long long x_stride = 0;
  const void* w = nullptr;
  long long w_stride = 0;
  const float* bias = nullptr;
  float* y = nullptr;
  long long y_stride = 0;
};

/// cuBLASLt on the device of the calling thread.
class CublasLt {
 public:
  /// Why there is none: the program was built without it, or the library is not found. Empty where there is one.
  static const std::string& missing();
  static bool available() { return missing().empty(); }
  /// Throws std::runtime_error where it can not be used.
  CublasLt();

  cublasLtContext* handle() const { return handle_.get(); }

 private:
  struct Destroy {
    void operator()(cublasLtContext* handle) const;
  };
  std::unique_ptr<cublasLtContext, Destroy> handle_;
};

/// One kind of product and its algorithm: the first of the heuristic's, for the first of the heights (numbers of rows
/// of x), that takes the other heights too and sums each element in one sequence - k is not split, nothing is reduced,
/// no atomics.
class CublasLtProduct {
 public:
  static constexpr std::size_t most_workspace = std::size_t{32} << 20;

  CublasLtProduct(const CublasLt& library, const ProductKind& kind, std::span<const int> heights);

  /// Whether there is such an algorithm; the other members are for those of which it is true.
  bool found() const { return found_; }
  const ProductKind& kind() const { return kind_; }
  /// Bytes that run() needs, at a multiple of 256.
  std::size_t workspace_bytes() const { return workspace_bytes_; }
  /// rows: one of the heights. Throws std::invalid_argument for operands that are not aligned, std::runtime_error where
  /// the library refuses.
  void run(Stream stream, const ProductOperands& operands, int rows, void* workspace) const;

 private:
  /// Whether the algorithm takes an x of so many rows, with a workspace of so many bytes at most.
  bool takes(int rows, std::size_t workspace_bytes) const;

  cublasLtContext* library_;
  ProductKind kind_;
  bool found_ = false;
  std::array<std::uint64_t, 8> algorithm_{};  // a cublasLtMatmulAlgo_t
  std::size_t workspace_bytes_ = 0;
};

}  // namespace neuroglot::cuda
