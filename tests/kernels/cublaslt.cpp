// Products through cuBLASLt, in its emulation: results against the plain loop of ops/, bits that do not depend on the
// rows, and what the library refuses.
#include "kernels/cublaslt.hpp"

#include "device_matrix.hpp"
#include "kernels/emulation/cublaslt.hpp"
#include "kernels/emulation/error.hpp"
#include "neuroglot/ops/cuda/products.hpp"
#include "neuroglot/ops/matmul.hpp"

using namespace neuroglot;
using device::Bf16;
using device::DeviceMatrix;
using device::held_by;
using Operands = cuda::ProductKind::Operands;

namespace {

/// W on the device, and a bias.
struct Layer {
  Strided weights;
  std::vector<float> bias;
  cuda::DeviceWeight on_device;
  cuda::DeviceVector on_device_bias;

  Layer(Index in, Index out, WeightType type)
      : weights(random_matrix(out, in, 2)),
        bias(random_vector(out, 3)),
        on_device(in, out),
        on_device_bias(bias.begin(), bias.end()) {
    on_device.keep_as(type);
    for (Index row = 0; row < out; ++row) on_device.set_row(row, weights.view().row(row).data());
  }
};

/// x W^T + bias of the rows of x, whose rows lie `gap` apart, as do those of y.
std::vector<float> product(cuda::Products& products, const Layer& layer, MatrixView<const float> x, Index gap,
                           bool biased = true) {
  Workspace workspace(cuda::device_buffer);
  const DeviceMatrix<float> on_x(x, gap), y(x.rows, layer.on_device.out_features(), gap);
  const auto view = [](auto rows) {
    return MatrixView<std::remove_pointer_t<decltype(rows.data)>>(rows.data, rows.rows, rows.cols, rows.stride);
  };
  products.multiply(nullptr, workspace, view(on_x.const_rows()), layer.on_device, 0, layer.on_device.out_features(),
                    biased ? layer.on_device_bias.on_device() : nullptr, view(y.rows()));
  return y.values();
}

template <class Held>
Matrix<double> expected(const Layer& layer, MatrixView<const float> x, bool biased = true) {
  Matrix<double> y(x.rows, layer.weights.view().rows);
  const std::vector<double> wide(layer.bias.begin(), layer.bias.end());
  reference::matmul<double>(held_by<Held>(x).view(), held_by<Held>(layer.weights.view()).view(),
                            biased ? wide.data() : nullptr, y.view());
  return y;
}

struct Offered {
  explicit Offered(const emulation::LtOffer& what) { emulation::offer(what); }
  Offered(const Offered&) = delete;
  Offered& operator=(const Offered&) = delete;
  ~Offered() { emulation::offer({}); }
};

}  // namespace

TEST_CASE("products through cuBLASLt agree with the plain loop") {
  struct Sizes {
    Index rows, in, out, gap;
  };
  for (const Sizes& sizes : {Sizes{1, 1, 1, 0}, Sizes{3, 17, 70, 1}, Sizes{32, 64, 64, 0}, Sizes{65, 33, 5, 3},
                             Sizes{131, 48, 132, 4}, Sizes{700, 40, 24, 0}}) {
    INFO(sizes.rows << " x " << sizes.in << " x " << sizes.out);
    const Strided x = random_matrix(sizes.rows, sizes.in, 1);
    for (const bool biased : {true, false}) {
      const Layer wide(sizes.in, sizes.out, WeightType::fp32), narrow(sizes.in, sizes.out, WeightType::bf16);
      cuda::Products products, tf32({true, true, true});
      device::check_values(product(products, wide, x.view(), sizes.gap, biased),
                           expected<float>(wide, x.view(), biased).view(), {1e-5, 2e-6});
      device::check_values(product(tf32, wide, x.view(), sizes.gap, biased),
                           expected<float>(wide, x.view(), biased).view(), {1e-2, 1e-2});
      device::check_values(product(products, narrow, x.view(), sizes.gap, biased),
                           expected<Bf16>(narrow, x.view(), biased).view(), {1e-5, 2e-6});
    }
  }
}

TEST_CASE("weights in bf16 meet activations in float where that is asked for") {
  const Strided x = random_matrix(5, 24, 1);
  const Layer layer(24, 10, WeightType::bf16);
  Matrix<double> exact(5, 10);
  const std::vector<double> bias(layer.bias.begin(), layer.bias.end());
  reference::matmul<double>(in_double(x.view()).view(), held_by<Bf16>(layer.weights.view()).view(), bias.data(),
                            exact.view());
  cuda::Products float_activations({true, false, false});
  device::check_values(product(float_activations, layer, x.view(), 0), exact.view(), {1e-5, 2e-6});
}

TEST_CASE("without cuBLASLt the kernels multiply the same operands") {
  const Strided x = random_matrix(40, 24, 1);
  for (const WeightType type : {WeightType::fp32, WeightType::bf16}) {
    const Layer layer(24, 10, type);
    cuda::Products products({false, false, true});
    const auto found = product(products, layer, x.view(), 1);
    device::check_values(
        found, (type == WeightType::fp32 ? expected<float>(layer, x.view()) : expected<Bf16>(layer, x.view())).view(),
        {1e-5, 2e-6});
  }
}

TEST_CASE("the bits of a row do not depend on how many rows there are, nor on where they lie") {
  const WeightType type = GENERATE(WeightType::fp32, WeightType::bf16);
  const Strided x = random_matrix(2100, 80, 1);
  const Layer layer(80, 12, type);
  cuda::Products products;
  const auto all = product(products, layer, x.view(), 0);
  for (const Index first : {0, 31, 640})
    for (const Index count : {1, 33, 130, 600}) {
      INFO(count << " rows from row " << first);
      for (const Index gap : {0, 3}) {
        const auto some = product(products, layer, x.view().row_range(first, count), gap);
        CHECK(std::equal(some.begin(), some.end(), all.begin() + first * 12));
      }
    }
  cuda::Products other;  // which begins with few rows
  const auto few = product(other, layer, x.view().row_range(5, 2), 0);
  CHECK(std::equal(few.begin(), few.end(), all.begin() + 5 * 12));
}

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
  const cuda::CublasLtProduct plan(library, {12, 80, Operands::fp32, false}, 2048);
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
  const cuda::CublasLtProduct plan(library, {64, 64, Operands::bf16, true}, 2048);
  REQUIRE(plan.found());
  CHECK(plan.takes(32));
  CHECK(plan.workspace_bytes() == 512);  // of the emulation's algorithm that does not split k
}

TEST_CASE("what cuBLASLt would refuse is refused") {
  const cuda::CublasLt library;
  const DeviceMatrix<float> x(random_matrix(32, 8, 1).view()), w(random_matrix(8, 8, 2).view()), y(32, 8);
  const cuda::CublasLtProduct plan(library, {8, 8, Operands::fp32, false}, 32);
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
