// The norms as kernels against the plain loops of ops/.
#include "kernels/layer_norm.cuh"
#include "kernels/rms_norm.cuh"
#include "neuroglot/ops/elementwise.hpp"
#include "neuroglot/ops/layer_norm.hpp"
#include "neuroglot/ops/rms_norm.hpp"

#include "device_matrix.hpp"

using namespace neuroglot;
using device::DeviceMatrix;
using emulation::in_every_order;

namespace {

constexpr double eps = 1e-5;

struct Example {
  Strided x, added;
  std::vector<float> weight, bias;

  explicit Example(const device::Shape& shape)
      : x(random_matrix(shape.rows, shape.cols, 1, 3)),
        added(random_matrix(shape.rows, shape.cols, 2)),
        weight(random_vector(shape.cols, 3)),
        bias(random_vector(shape.cols, 4)) {}

  Matrix<double> rms(double offset) const {
    const std::vector<double> wide(weight.begin(), weight.end());
    Matrix<double> y = in_double(x.view());
    reference::rms_norm<double>(y.view(), wide.data(), eps, y.view(), offset);
    return y;
  }
  Matrix<double> layer(bool with_bias) const {
    const std::vector<double> w(weight.begin(), weight.end()), b(bias.begin(), bias.end());
    Matrix<double> y = in_double(x.view());
    reference::layer_norm<double>(y.view(), w.data(), with_bias ? b.data() : nullptr, eps, y.view());
    return y;
  }
};

}  // namespace

TEMPLATE_TEST_CASE("each step of the RMS norm kernel agrees with the plain loop", "", float, device::Bf16) {
  using Y = TestType;
  for (const device::Shape& shape : device::shapes) {
    const Example example(shape);
    const DeviceMatrix<float> x(example.x.view(), shape.gap);
    const device::Array<float> weight(example.weight);
    const auto expected = example.rms(1);
    INFO(shape.rows << " x " << shape.cols << " + " << shape.gap);
    const auto naive = in_every_order([&] {
      const DeviceMatrix<Y> y(shape.rows, shape.cols, shape.gap);
      cuda::launch(cuda::rms_norm_naive<Y>, {dim3(1), dim3(32)}, x.const_rows(), weight.data(), eps, 1.0f, y.rows());
      return y.values();
    });
    device::check_values(naive, expected.view(), device::tolerance<Y>({2e-6, 1e-6}));
    const auto final = in_every_order([&] {
      const DeviceMatrix<Y> y(shape.rows, shape.cols, shape.gap);
      cuda::rms_norm<Y>(nullptr, x.rows(), weight.data(), eps, 1.0f, y.rows());
      return y.values();
    });
    device::check_values(final, expected.view(), device::tolerance<Y>({2e-6, 1e-6}));
  }
}

TEST_CASE("a norm kernel may write over what it reads") {
  const Example example({3, 132, 4});
  const device::Array<float> weight(example.weight), bias(example.bias);
  device::check_values(in_every_order([&] {
                         const DeviceMatrix<float> x(example.x.view(), 4);
                         cuda::rms_norm<float>(nullptr, x.rows(), weight.data(), eps, 0, x.rows());
                         return x.values();
                       }),
                       example.rms(0).view(), {2e-6, 1e-6});
  device::check_values(in_every_order([&] {
                         const DeviceMatrix<float> x(example.x.view(), 4);
                         cuda::layer_norm<float>(nullptr, x.rows(), weight.data(), bias.data(), eps, x.rows());
                         return x.values();
                       }),
                       example.layer(true).view(), {2e-6, 2e-6});
}

TEMPLATE_TEST_CASE("the layer norm kernel agrees with the plain loop, with and without a bias", "", float,
                   device::Bf16) {
  using Y = TestType;
  for (const device::Shape& shape : device::shapes)
    for (const bool with_bias : {false, true}) {
      if (shape.cols == 1) continue;  // the variance of one value is 0: rounding is all that is left
      const Example example(shape);
      const DeviceMatrix<float> x(example.x.view(), shape.gap);
      const device::Array<float> weight(example.weight), bias(example.bias);
      const auto found = in_every_order([&] {
        const DeviceMatrix<Y> y(shape.rows, shape.cols, shape.gap);
        cuda::layer_norm<Y>(nullptr, x.rows(), weight.data(), with_bias ? bias.data() : nullptr, eps, y.rows());
        return y.values();
      });
      INFO(shape.rows << " x " << shape.cols);
      device::check_values(found, example.layer(with_bias).view(), device::tolerance<Y>({2e-6, 2e-6}));
    }
}

TEST_CASE("a norm fused with the residual sum gives the bits of the sum and the norm one after the other") {
  const Example example({3, 516, 0});
  const device::Array<float> weight(example.weight), bias(example.bias);
  const DeviceMatrix<float> added(example.added.view());
  Example summed = example;
  reference::add<float>(summed.x.view(), example.added.view());
  const DeviceMatrix<float> sum(summed.x.view());
  const auto fused = [&](auto norm) {
    return in_every_order([&] {
      const DeviceMatrix<float> x(example.x.view()), y(3, 516);
      norm(x, y);
      return std::tuple(x.values(), y.values());
    });
  };
  const auto alone = [&](auto norm) {
    const DeviceMatrix<float> y(3, 516);
    norm(y);
    return std::tuple(sum.values(), y.values());
  };
  CHECK(emulation::same_bits(
      fused([&](const auto& x, const auto& y) {
        cuda::add_rms_norm<float>(nullptr, x.rows(), added.rows(), weight.data(), eps, 0, y.rows());
      }),
      alone([&](const auto& y) { cuda::rms_norm<float>(nullptr, sum.rows(), weight.data(), eps, 0, y.rows()); })));
  CHECK(emulation::same_bits(fused([&](const auto& x, const auto& y) {
                               cuda::add_layer_norm<float>(nullptr, x.rows(), added.rows(), weight.data(), bias.data(),
                                                           eps, y.rows());
                             }),
                             alone([&](const auto& y) {
                               cuda::layer_norm<float>(nullptr, sum.rows(), weight.data(), bias.data(), eps, y.rows());
                             })));
}
