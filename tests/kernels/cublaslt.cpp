// What the emulated cuBLASLt offers and refuses, and what becomes of it.
#include "kernels/cublaslt.hpp"

#include "kernels/emulation/cublaslt.hpp"
#include "kernels/emulation/error.hpp"
#include "layer.hpp"

using namespace neuroglot;
using device::DeviceMatrix;
using device::expected;
using device::Layer;
using device::product;
using Operands = cuda::ProductKind::Operands;

namespace {

struct Offered {
  explicit Offered(const emulation::LtOffer& what) { emulation::offer(what); }
  Offered(const Offered&) = delete;
  Offered& operator=(const Offered&) = delete;
  ~Offered() { emulation::offer({}); }
};

}  // namespace

TEST_CASE("an algorithm whose sums depend on the number of rows is used for few rows alone") {
  const Offered offered({false, true});
  const Strided x = random_matrix(600, 80, 1);
  const Layer layer(80, 12, WeightType::fp32);
  cuda::Products products;
  const auto all = product(products, layer, x.view(), 0);
  const auto some = product(products, layer, x.view().row_range(300, 7), 0);
  CHECK(std::equal(some.begin(), some.end(), all.begin() + 300 * 12));
  device::check_values(all, expected<float>(layer, x.view()).view(), {1e-5, 2e-6});

  const cuda::CublasLt library;
  const cuda::CublasLtProduct plan(library, {12, 80, Operands::fp32, false}, cuda::product_heights);
  Workspace workspace(cuda::device_buffer);
  const auto with_rows = [&](int rows) {
    const DeviceMatrix<float> on_x(x.view().row_range(0, rows)), y(rows, 12);
    layer.on_device.with_rows(0, 12, [&](auto w) {
      plan.run(nullptr, {on_x.rows().data, 80, w.data, w.stride, nullptr, y.rows().data, 12}, rows, nullptr);
    });
    auto values = y.values();
    values.resize(32 * 12);
    return values;
  };
  CHECK_FALSE(emulation::same_bits(with_rows(32), with_rows(128)));  // that it is such an algorithm
}

TEST_CASE("shapes for which cuBLASLt has no algorithm are multiplied by the kernels") {
  const Offered offered({true, false});
  const Strided x = random_matrix(40, 24, 1);
  const Layer layer(24, 10, WeightType::bf16);
  cuda::Products products, kernels({false, false, true});
  const auto found = product(products, layer, x.view(), 0);
  CHECK(emulation::same_bits(found, product(kernels, layer, x.view(), 0)));
}

TEST_CASE("the chosen algorithm sums in one sequence, though faster ones are offered") {
  const cuda::CublasLt library;
  const cuda::CublasLtProduct plan(library, {64, 64, Operands::bf16, true}, cuda::product_heights);
  REQUIRE(plan.found());
  CHECK(plan.workspace_bytes() == 512);  // of the emulation's algorithm that does not split k
}

TEST_CASE("what cuBLASLt would refuse is refused") {
  const cuda::CublasLt library;
  const DeviceMatrix<float> x(random_matrix(32, 8, 1).view()), w(random_matrix(8, 8, 2).view()), y(32, 8);
  const cuda::CublasLtProduct plan(library, {8, 8, Operands::fp32, false}, cuda::product_heights);
  const device::Array<unsigned char> workspace(plan.workspace_bytes());
  cuda::ProductOperands operands{x.rows().data, 8, w.rows().data, 8, nullptr, y.rows().data, 8};
  const auto run = [&](const cuda::ProductOperands& with, void* memory) {
    plan.run(nullptr, with, 32, memory);
    cuda::check(cudaDeviceSynchronize(), "waiting");
  };
  CHECK_NOTHROW(run(operands, workspace.data()));
  CHECK_THROWS_AS(run(operands, nullptr), std::runtime_error);                // no workspace
  CHECK_THROWS_AS(run(operands, workspace.data() + 16), std::runtime_error);  // not at a multiple of 256
  auto with = [&](auto change) {
    cuda::ProductOperands changed = operands;
    change(changed);
    return changed;
  };
  CHECK_THROWS_AS(run(with([](auto& o) { o.x = static_cast<const float*>(o.x) + 1; }), workspace.data()),
                  std::invalid_argument);
  CHECK_THROWS_AS(run(with([](auto& o) { o.x_stride = 9; }), workspace.data()), std::invalid_argument);
  CHECK_THROWS_AS(run(with([](auto& o) { o.x_stride = 4; }), workspace.data()), std::runtime_error);  // rows overlap
  CHECK_THROWS_AS(run(with([](auto& o) { o.y_stride = 12; }), workspace.data()), emulation::KernelError);
  const DeviceMatrix<float> unwritten(32, 8);
  CHECK_THROWS_AS(run(with([&](auto& o) { o.x = unwritten.rows().data; }), workspace.data()), emulation::KernelError);
}

TEST_CASE("the emulated cuBLASLt knows the types and orders that the library knows, and no others") {
  cublasLtHandle_t library = nullptr;
  REQUIRE(cublasLtCreate(&library) == CUBLAS_STATUS_SUCCESS);
  struct Case {
    cublasComputeType_t compute;
    cudaDataType_t a, b, d;
    cublasLtOrder_t order;
    std::uint64_t k_of_b;
    cublasStatus_t status;
  };
  const Case cases[] = {
      {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLASLT_ORDER_COL, 16, CUBLAS_STATUS_SUCCESS},
      {CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLASLT_ORDER_COL, 16, CUBLAS_STATUS_SUCCESS},
      {CUBLAS_COMPUTE_32F, CUDA_R_16BF, CUDA_R_16BF, CUDA_R_32F, CUBLASLT_ORDER_COL, 16, CUBLAS_STATUS_SUCCESS},
      {CUBLAS_COMPUTE_32F, CUDA_R_16BF, CUDA_R_32F, CUDA_R_32F, CUBLASLT_ORDER_COL, 16, CUBLAS_STATUS_NOT_SUPPORTED},
      {CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_16BF, CUDA_R_16BF, CUDA_R_32F, CUBLASLT_ORDER_COL, 16,
       CUBLAS_STATUS_NOT_SUPPORTED},
      {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLASLT_ORDER_ROW, 16, CUBLAS_STATUS_NOT_SUPPORTED},
      {CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLASLT_ORDER_COL, 12, CUBLAS_STATUS_INVALID_VALUE}};
  for (const Case& of : cases) {
    cublasLtMatmulDesc_t matmul = nullptr;
    cublasLtMatrixLayout_t a = nullptr, b = nullptr, d = nullptr;
    cublasLtMatmulPreference_t preference = nullptr;
    const cublasOperation_t turned = CUBLAS_OP_T;
    cublasLtMatmulDescCreate(&matmul, of.compute, CUDA_R_32F);
    cublasLtMatmulDescSetAttribute(matmul, CUBLASLT_MATMUL_DESC_TRANSA, &turned, sizeof(turned));
    cublasLtMatrixLayoutCreate(&a, of.a, 16, 8, 16);
    cublasLtMatrixLayoutCreate(&b, of.b, of.k_of_b, 4, 16);
    cublasLtMatrixLayoutCreate(&d, of.d, 8, 4, 8);
    cublasLtMatrixLayoutSetAttribute(a, CUBLASLT_MATRIX_LAYOUT_ORDER, &of.order, sizeof(of.order));
    cublasLtMatmulPreferenceCreate(&preference);
    cublasLtMatmulHeuristicResult_t result{};
    int found = 0;
    CHECK(cublasLtMatmulAlgoGetHeuristic(library, matmul, a, b, d, d, preference, 1, &result, &found) == of.status);
    CHECK(found == (of.status == CUBLAS_STATUS_SUCCESS ? 1 : 0));
    cublasLtMatmulPreferenceDestroy(preference);
    for (cublasLtMatrixLayout_t layout : {a, b, d}) cublasLtMatrixLayoutDestroy(layout);
    cublasLtMatmulDescDestroy(matmul);
  }
  cublasLtDestroy(library);
}
