/// What cuBLASLt's opaque handles hold in the emulation, and the check of a product described by them.
#pragma once

#include "kernels/emulation/cublaslt.hpp"

namespace neuroglot::emulation {

struct LtMatmul {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  cublasOperation_t transpose_a = CUBLAS_OP_N, transpose_b = CUBLAS_OP_N;
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  const void* bias = nullptr;
};
struct LtLayout {
  cudaDataType_t type;
  std::uint64_t rows, cols;
  std::int64_t leading_dimension;
  cublasLtOrder_t order = CUBLASLT_ORDER_COL;

  std::size_t element_bytes() const { return type == CUDA_R_32F ? 4 : 2; }
  std::size_t pitch() const { return static_cast<std::size_t>(leading_dimension) * element_bytes(); }
};
struct LtPreference {
  std::uint64_t workspace_bytes = 0;
  std::uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_MASK;
  std::uint32_t alignment[4] = {256, 256, 256, 256};  // of a, b, c, d
};

/// d (m, n) = a^t b, the layouts as they were described.
struct LtProblem {
  const LtMatmul& matmul;
  const LtLayout &a, &b, &c, &d;

  std::uint64_t m() const { return d.rows; }
  std::uint64_t n() const { return d.cols; }
  std::uint64_t k() const { return matmul.transpose_a == CUBLAS_OP_T ? a.rows : a.cols; }
};

/// What the emulation's algorithms are, as they lie in cublasLtMatmulAlgo_t.
struct LtAlgorithm {
  enum Id : std::uint64_t { split_in_place = 11, split, one_sequence, unaligned, unsteady };
  std::uint64_t id, parts, reduction, alignment, workspace_bytes;
};

/// CUBLAS_STATUS_SUCCESS for a product that the library knows.
cublasStatus_t check_problem(const LtProblem&);
LtAlgorithm algorithm_of(const cublasLtMatmulAlgo_t&);
cublasLtMatmulAlgo_t packed(const LtAlgorithm&);

/// Where a product's operands lie.
struct LtOperands {
  const void *a, *b, *c;
  void* d;
  const void* bias;
  float alpha, beta;
};
/// Copies of the descriptions, for work that waits on a stream.
struct LtProduct {
  LtMatmul matmul;
  LtLayout a, b, c, d;
  LtOperands at;
  LtAlgorithm algorithm;
  const void* workspace;

  /// Throws KernelError for memory that is not there or that nobody has written.
  void run() const;
};

}  // namespace neuroglot::emulation
