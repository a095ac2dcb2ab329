// The calls of cuBLASLt behind cublaslt.hpp. Its matrices lie column by column, so that a matrix of rows is its own
// transpose there: y (rows, out) = x W^T becomes D (out, rows) = A^T B with A = W and B = x, each as it lies.
#include "kernels/cublaslt.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "kernels/cublaslt_functions.cuh"

namespace neuroglot::cuda {

#if defined(__CUDACC__) && defined(NEUROGLOT_WITHOUT_CUBLASLT)

namespace {
[[noreturn]] void refuse() {
  throw std::runtime_error(CublasLt::missing());
}
}  // namespace

const std::string& CublasLt::missing() {
  static const std::string why = "this program was built without cuBLASLt (NEUROGLOT_CUBLASLT)";
  return why;
}
CublasLt::CublasLt() {
  refuse();
}
void CublasLt::Destroy::operator()(cublasLtContext*) const {}
CublasLtProduct::CublasLtProduct(const CublasLt&, const ProductKind&, std::span<const int>) : library_(nullptr) {
  refuse();
}
bool CublasLtProduct::takes(int, std::size_t) const {
  refuse();
}
void CublasLtProduct::run(Stream, const ProductOperands&, int, void*) const {
  refuse();
}

#else

namespace {

void require(cublasStatus_t status, const char* what) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw std::runtime_error(std::string("cuBLASLt: ") + what + ": " + cublaslt().GetStatusString(status));
}

/// A description, and the library's function that ends it.
template <class Handle, auto CublasLtFunctions::*destroy>
struct Owned {
  Handle handle = nullptr;

  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (handle != nullptr) (cublaslt().*destroy)(handle);
  }
};
using Layout = Owned<cublasLtMatrixLayout_t, &CublasLtFunctions::MatrixLayoutDestroy>;
using Matmul = Owned<cublasLtMatmulDesc_t, &CublasLtFunctions::MatmulDescDestroy>;
using Preference = Owned<cublasLtMatmulPreference_t, &CublasLtFunctions::MatmulPreferenceDestroy>;

cudaDataType_t type_of(const ProductKind& kind) {
  return kind.operands == ProductKind::Operands::bf16 ? CUDA_R_16BF : CUDA_R_32F;
}

/// The product as the library wants it described.
struct Description {
  Matmul matmul;
  Layout w, x, y;

  Description(const ProductKind& kind, int rows, const ProductOperands& operands) {
    const bool tf32 = kind.operands == ProductKind::Operands::tf32;
    require(cublaslt().MatmulDescCreate(&matmul.handle, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F,
                                        CUDA_R_32F),
            "describing a product");
    set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
    if (kind.biased) {
      set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
      set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, operands.bias);
    }
    describe(w, type_of(kind), kind.in, kind.out, operands.w_stride);
    describe(x, type_of(kind), kind.in, rows, operands.x_stride);
    describe(y, CUDA_R_32F, kind.out, rows, operands.y_stride);
  }

 private:
  template <class T>
  void set(cublasLtMatmulDescAttributes_t attribute, const T& value) {
    require(cublaslt().MatmulDescSetAttribute(matmul.handle, attribute, &value, sizeof(value)), "describing a product");
  }
  static void describe(Layout& layout, cudaDataType_t type, int height, int width, long long stride) {
    require(cublaslt().MatrixLayoutCreate(&layout.handle, type, static_cast<std::uint64_t>(height),
                                          static_cast<std::uint64_t>(width), stride),
            "describing a matrix");
  }
};

/// What the heuristic may choose from: sums in one sequence, operands as aligned as all of ours are.
void describe_preference(Preference& preference) {
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    require(cublaslt().MatmulPreferenceSetAttribute(preference.handle, attribute, &value, sizeof(value)),
            "describing a preference");
  };
  require(cublaslt().MatmulPreferenceCreate(&preference.handle), "describing a preference");
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{CublasLtProduct::most_workspace});
  set(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, std::uint32_t{CUBLASLT_REDUCTION_SCHEME_NONE});
  for (const auto alignment : {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                               CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    set(alignment, std::uint32_t{product_alignment});
}

/// Operands of which the addresses say nothing but their alignment.
ProductOperands unknown_operands(const ProductKind& kind) {
  const auto padded = [](int elements, long long bytes) {
    const long long in_alignment = static_cast<long long>(product_alignment) / bytes;
    return (elements + in_alignment - 1) / in_alignment * in_alignment;
  };
  const long long stride = padded(kind.in, kind.operands == ProductKind::Operands::bf16 ? 2 : 4);
  ProductOperands operands;
  operands.x_stride = operands.w_stride = stride;
  operands.y_stride = padded(kind.out, 4);
  operands.bias = reinterpret_cast<const float*>(product_alignment);
  return operands;
}

/// Nothing where the library does not tell.
std::optional<std::int32_t> setting(const cublasLtMatmulAlgo_t& algorithm,
                                    cublasLtMatmulAlgoConfigAttributes_t attribute) {
  std::int32_t value = 0;
  std::size_t written = 0;
  const cublasStatus_t status =
      cublaslt().MatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, sizeof(value), &written);
  return status == CUBLAS_STATUS_SUCCESS ? std::optional(value) : std::nullopt;
}

/// k in one piece and one sequence: 0 and 1 both say that it is not split. The heuristic was asked for no others; where
/// an algorithm does not tell, the comparison of heights (ops/cuda/product_plan.hpp) is what remains.
bool sums_in_one_sequence(const cublasLtMatmulAlgo_t& algorithm) {
  return setting(algorithm, CUBLASLT_ALGO_CONFIG_SPLITK_NUM).value_or(1) <= 1 &&
         setting(algorithm, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME).value_or(CUBLASLT_REDUCTION_SCHEME_NONE) ==
             CUBLASLT_REDUCTION_SCHEME_NONE;
}

void require_alignment(const ProductKind& kind, const ProductOperands& operands) {
  const long long bytes = kind.operands == ProductKind::Operands::bf16 ? 2 : 4;
  const auto aligned = [](const void* at, long long pitch) {
    return reinterpret_cast<std::uintptr_t>(at) % product_alignment == 0 &&
           static_cast<std::size_t>(pitch) % product_alignment == 0;
  };
  if (!aligned(operands.x, operands.x_stride * bytes) || !aligned(operands.w, operands.w_stride * bytes) ||
      !aligned(operands.y, operands.y_stride * 4) || !aligned(operands.bias, 0))
    throw std::invalid_argument("a product through cuBLASLt: an operand or its rows do not begin at 16 bytes");
}

}  // namespace

const std::string& CublasLt::missing() {
  return cublaslt().missing;
}
CublasLt::CublasLt() {
  if (!missing().empty()) throw std::runtime_error("cuBLASLt: " + missing());
  cublasLtHandle_t handle = nullptr;
  require(cublaslt().Create(&handle), "starting the library");
  handle_.reset(handle);
}
void CublasLt::Destroy::operator()(cublasLtContext* handle) const {
  cublaslt().Destroy(handle);
}

CublasLtProduct::CublasLtProduct(const CublasLt& library, const ProductKind& kind, std::span<const int> heights)
    : library_(library.handle()), kind_(kind) {
  static_assert(sizeof(algorithm_) == sizeof(cublasLtMatmulAlgo_t));
  const Description of(kind, heights.front(), unknown_operands(kind));
  Preference preference;
  describe_preference(preference);
  constexpr int wanted = 32;
  cublasLtMatmulHeuristicResult_t results[wanted];
  int count = 0;
  const cublasStatus_t status =
      cublaslt().MatmulAlgoGetHeuristic(library_, of.matmul.handle, of.w.handle, of.x.handle, of.y.handle, of.y.handle,
                                        preference.handle, wanted, results, &count);
  if (status == CUBLAS_STATUS_NOT_SUPPORTED) return;
  require(status, "choosing an algorithm");
  for (int i = 0; i < count && !found_; ++i) {
    if (results[i].state != CUBLAS_STATUS_SUCCESS || !sums_in_one_sequence(results[i].algo)) continue;
    std::memcpy(algorithm_.data(), &results[i].algo, sizeof(results[i].algo));
    workspace_bytes_ = results[i].workspaceSize;
    found_ = std::all_of(heights.begin(), heights.end(), [&](int rows) { return takes(rows, workspace_bytes_); });
  }
}

bool CublasLtProduct::takes(int rows, std::size_t workspace_bytes) const {
  const Description of(kind_, rows, unknown_operands(kind_));
  cublasLtMatmulAlgo_t algorithm;
  std::memcpy(&algorithm, algorithm_.data(), sizeof(algorithm));
  cublasLtMatmulHeuristicResult_t result{};
  return cublaslt().MatmulAlgoCheck(library_, of.matmul.handle, of.w.handle, of.x.handle, of.y.handle, of.y.handle,
                                    &algorithm, &result) == CUBLAS_STATUS_SUCCESS &&
         result.workspaceSize <= workspace_bytes;
}

void CublasLtProduct::run(Stream stream, const ProductOperands& operands, int rows, void* workspace) const {
  require_alignment(kind_, operands);
  const Description of(kind_, rows, operands);
  cublasLtMatmulAlgo_t algorithm;
  std::memcpy(&algorithm, algorithm_.data(), sizeof(algorithm));
  const float one = 1, zero = 0;
  require(cublaslt().Matmul(library_, of.matmul.handle, &one, operands.w, of.w.handle, operands.x, of.x.handle, &zero,
                            operands.y, of.y.handle, operands.y, of.y.handle, &algorithm, workspace, workspace_bytes_,
                            stream),
          "a product");
}

#endif

}  // namespace neuroglot::cuda
