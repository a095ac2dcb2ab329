// cuBLASLt's heuristic and checks, as strict as the library's.
#include "kernels/emulation/cublaslt.hpp"

#include <cstring>
#include <vector>

#include "kernels/emulation/cublaslt_problem.hpp"

namespace neuroglot::emulation {

namespace {

LtOffer offered;

bool is_multiple(std::uintptr_t value, std::uint64_t of) {
  return value % of == 0;
}

bool fits(const LtLayout& layout) {
  return layout.rows > 0 && layout.cols > 0 && layout.leading_dimension >= static_cast<std::int64_t>(layout.rows);
}

/// Whether pointer and leading dimension of each operand are as aligned as the algorithm asks.
bool aligned(const LtProblem& of, const LtAlgorithm& algorithm) {
  for (const LtLayout* layout : {&of.a, &of.b, &of.c, &of.d})
    if (!is_multiple(layout->pitch(), algorithm.alignment)) return false;
  return true;
}

/// The fastest first, as the library has them: those that split k come first.
std::vector<LtAlgorithm> known_algorithms(const LtProblem& of) {
  const std::uint64_t partial = 4 * of.m() * of.n() * sizeof(float);
  std::vector<LtAlgorithm> known;
  if (offered.nothing) return known;
  if (offered.unsteady) known.push_back({LtAlgorithm::unsteady, 1, CUBLASLT_REDUCTION_SCHEME_NONE, 16, 0});
  known.push_back({LtAlgorithm::split_in_place, 4, CUBLASLT_REDUCTION_SCHEME_INPLACE, 16, 1024});
  known.push_back({LtAlgorithm::split, 4, CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE, 16, partial});
  known.push_back({LtAlgorithm::one_sequence, 1, CUBLASLT_REDUCTION_SCHEME_NONE, 16, 512});
  known.push_back({LtAlgorithm::unaligned, 1, CUBLASLT_REDUCTION_SCHEME_NONE, 2, 0});
  return known;
}

bool preferred(const LtPreference& by, const LtAlgorithm& algorithm) {
  for (const std::uint32_t alignment : by.alignment)
    if (alignment < algorithm.alignment) return false;
  const bool reduces = algorithm.reduction != CUBLASLT_REDUCTION_SCHEME_NONE;
  return (!reduces || (by.reductions & algorithm.reduction) != 0) && algorithm.workspace_bytes <= by.workspace_bytes;
}

}  // namespace

void offer(const LtOffer& what) {
  offered = what;
}

cublasStatus_t check_problem(const LtProblem& of) {
  const LtMatmul& matmul = of.matmul;
  for (const LtLayout* layout : {&of.a, &of.b, &of.c, &of.d}) {
    if (!fits(*layout)) return CUBLAS_STATUS_INVALID_VALUE;
    if (layout->order != CUBLASLT_ORDER_COL) return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  if (matmul.scale != CUDA_R_32F || of.a.type != of.b.type || of.c.type != of.d.type)
    return CUBLAS_STATUS_NOT_SUPPORTED;
  const bool narrow = of.a.type == CUDA_R_16BF;
  if (!narrow && of.a.type != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (narrow && matmul.compute != CUBLAS_COMPUTE_32F) return CUBLAS_STATUS_NOT_SUPPORTED;
  if (of.d.type != CUDA_R_32F) return CUBLAS_STATUS_NOT_SUPPORTED;  // bf16 results: not used, so not emulated
  if (matmul.epilogue != CUBLASLT_EPILOGUE_DEFAULT && matmul.epilogue != CUBLASLT_EPILOGUE_BIAS)
    return CUBLAS_STATUS_NOT_SUPPORTED;
  const auto inner = [](const LtLayout& layout, bool by_rows) { return by_rows ? layout.rows : layout.cols; };
  const bool a_turned = matmul.transpose_a == CUBLAS_OP_T, b_turned = matmul.transpose_b == CUBLAS_OP_T;
  const bool agree = inner(of.a, a_turned) == inner(of.b, !b_turned) && inner(of.a, !a_turned) == of.m() &&
                     inner(of.b, b_turned) == of.n() && of.c.rows == of.m() && of.c.cols == of.n();
  return agree ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

LtAlgorithm algorithm_of(const cublasLtMatmulAlgo_t& algo) {
  return {algo.data[0], algo.data[1], algo.data[2], algo.data[3], algo.data[4]};
}
cublasLtMatmulAlgo_t packed(const LtAlgorithm& algorithm) {
  return {{algorithm.id, algorithm.parts, algorithm.reduction, algorithm.alignment, algorithm.workspace_bytes}};
}

}  // namespace neuroglot::emulation

using namespace neuroglot::emulation;

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t handle, cublasLtMatmulDesc_t matmul,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t* results, int* found) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (wanted <= 0 || results == nullptr || found == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  const LtProblem problem{*matmul, *a, *b, *c, *d};
  *found = 0;
  if (const cublasStatus_t status = check_problem(problem); status != CUBLAS_STATUS_SUCCESS) return status;
  for (const LtAlgorithm& algorithm : known_algorithms(problem))
    if (*found < wanted && preferred(*preference, algorithm) && aligned(problem, algorithm))
      results[(*found)++] = {packed(algorithm), algorithm.workspace_bytes, CUBLAS_STATUS_SUCCESS, 1, {}};
  return *found > 0 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t handle, cublasLtMatmulDesc_t matmul, cublasLtMatrixLayout_t a,
                                       cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algo, cublasLtMatmulHeuristicResult_t* result) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const LtProblem problem{*matmul, *a, *b, *c, *d};
  if (const cublasStatus_t status = check_problem(problem); status != CUBLAS_STATUS_SUCCESS) return status;
  const LtAlgorithm algorithm = algorithm_of(*algo);
  if (algorithm.id < LtAlgorithm::split_in_place || algorithm.id > LtAlgorithm::unsteady)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!aligned(problem, algorithm)) return CUBLAS_STATUS_NOT_SUPPORTED;
  result->workspaceSize = algorithm.workspace_bytes;
  result->state = CUBLAS_STATUS_SUCCESS;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algo,
                                                    cublasLtMatmulAlgoConfigAttributes_t attribute, void* value,
                                                    std::size_t bytes, std::size_t* written) {
  if (value == nullptr || bytes != sizeof(std::uint32_t)) return CUBLAS_STATUS_INVALID_VALUE;
  const LtAlgorithm algorithm = algorithm_of(*algo);
  const auto answer =
      static_cast<std::uint32_t>(attribute == CUBLASLT_ALGO_CONFIG_SPLITK_NUM ? algorithm.parts : algorithm.reduction);
  std::memcpy(value, &answer, sizeof(answer));
  if (written != nullptr) *written = sizeof(answer);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t matmul, const void* alpha, const void* a,
                              cublasLtMatrixLayout_t a_layout, const void* b, cublasLtMatrixLayout_t b_layout,
                              const void* beta, const void* c, cublasLtMatrixLayout_t c_layout, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t* algo, void* workspace,
                              std::size_t workspace_bytes, cudaStream_t stream) {
  cublasLtMatmulHeuristicResult_t checked{};
  if (algo == nullptr || alpha == nullptr || beta == nullptr) return CUBLAS_STATUS_INVALID_VALUE;
  const cublasStatus_t status =
      cublasLtMatmulAlgoCheck(handle, matmul, a_layout, b_layout, c_layout, d_layout, algo, &checked);
  if (status != CUBLAS_STATUS_SUCCESS) return status;
  const LtAlgorithm algorithm = algorithm_of(*algo);
  const bool biased = matmul->epilogue == CUBLASLT_EPILOGUE_BIAS;
  for (const void* operand : {a, b, c, static_cast<const void*>(d)})
    if (operand == nullptr || !is_multiple(reinterpret_cast<std::uintptr_t>(operand), algorithm.alignment))
      return CUBLAS_STATUS_INVALID_VALUE;
  if (biased &&
      (matmul->bias == nullptr || !is_multiple(reinterpret_cast<std::uintptr_t>(matmul->bias), algorithm.alignment)))
    return CUBLAS_STATUS_INVALID_VALUE;
  if (workspace_bytes < checked.workspaceSize || (checked.workspaceSize > 0 && workspace == nullptr) ||
      !is_multiple(reinterpret_cast<std::uintptr_t>(workspace), 256))
    return CUBLAS_STATUS_INVALID_VALUE;
  const LtOperands at{
      a, b, c, d, biased ? matmul->bias : nullptr, *static_cast<const float*>(alpha), *static_cast<const float*>(beta)};
  const LtProduct product{*matmul, *a_layout, *b_layout, *c_layout, *d_layout, at, algorithm, workspace};
  enqueue(stream, [product] { product.run(); });
  return CUBLAS_STATUS_SUCCESS;
}
