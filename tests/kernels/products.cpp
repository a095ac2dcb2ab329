// Products, and the loss fused with the vocabulary projection, against the plain loops of ops/.
#include "device_matrix.hpp"
#include "kernels/matmul.cuh"
#include "kernels/next_token_loss.cuh"
#include "neuroglot/ops/cross_entropy.hpp"
#include "neuroglot/ops/matmul.hpp"
#include "neuroglot/ops/soft_cap.hpp"

using namespace neuroglot;
using device::Bf16;
using device::DeviceMatrix;
using device::held_by;
using emulation::in_every_order;

TEMPLATE_TEST_CASE("both steps of the product agree with the plain loop and with each other to the bit", "",
                   (std::tuple<float, float>), (std::tuple<float, Bf16>), (std::tuple<Bf16, Bf16>)) {
  using X = std::tuple_element_t<0, TestType>;
  using W = std::tuple_element_t<1, TestType>;
  struct Sizes {
    Index rows, in, out;
  };
  for (const Sizes& sizes : {Sizes{1, 1, 1}, {3, 17, 70}, {65, 33, 5}, {66, 48, 130}}) {
    const Strided x = random_matrix(sizes.rows, sizes.in, 1), w = random_matrix(sizes.out, sizes.in, 2);
    const std::vector<float> bias = random_vector(sizes.out, 3);
    const DeviceMatrix<X> on_x(x.view(), 3);
    const DeviceMatrix<W> on_w(w.view(), 1);
    const device::Array<float> on_bias(bias);
    INFO(sizes.rows << " x " << sizes.in << " x " << sizes.out);
    const auto run = [&](auto product) {
      return in_every_order(
          [&] {
            const DeviceMatrix<float> y(sizes.rows, sizes.out, 2);
            product(y.rows());
            return y.values();
          },
          1);
    };
    const auto naive = run([&](auto y) {
      cuda::launch(
          cuda::matmul_naive<X, W, float>,
          {dim3(static_cast<unsigned>(sizes.rows), static_cast<unsigned>(cuda::pieces(sizes.out, 32))), dim3(32)},
          on_x.const_rows(), on_w.const_rows(), on_bias.data(), y);
    });
    const auto tiled =
        run([&](auto y) { cuda::matmul(nullptr, on_x.const_rows(), on_w.const_rows(), on_bias.data(), y); });
    CHECK(emulation::same_bits(naive, tiled));
    Matrix<double> expected(sizes.rows, sizes.out);
    const std::vector<double> wide(bias.begin(), bias.end());
    reference::matmul<double>(held_by<X>(x.view()).view(), held_by<W>(w.view()).view(), wide.data(), expected.view());
    device::check_values(tiled, expected.view(), {1e-5, 2e-6});
  }
}

TEST_CASE("the loss by blocks of the vocabulary agrees with the plain loop") {
  const Index rows = 3, hidden = 5;
  for (const Index vocabulary : {7, 4096, 4099})
    for (const LogitShape& shape : {LogitShape{}, LogitShape{0.5, 4}}) {
      const Strided x = random_matrix(rows, hidden, 1, 6), w = random_matrix(vocabulary, hidden, 2);
      const std::vector<int> targets = {0, static_cast<int>(vocabulary) - 1, 3};
      const DeviceMatrix<float> on_x(x.view()), on_w(w.view());
      const device::Array<int> on_targets(targets);
      const auto found = in_every_order(
          [&] {
            const DeviceMatrix<float> logits(rows, cuda::loss_columns);
            const int blocks = cuda::pieces(vocabulary, cuda::loss_columns);
            const device::Array<cuda::PartialSum> parts(static_cast<std::size_t>(rows * blocks));
            const device::Array<float> target_logits(static_cast<std::size_t>(rows));
            const device::Array<double> loss(static_cast<std::size_t>(rows));
            const auto project = [&](int first, int count, cuda::Rows<float> y) {
              const cuda::Rows<const float> part(on_w.rows().row(first), count, static_cast<int>(hidden), hidden);
              cuda::matmul(nullptr, on_x.const_rows(), part, static_cast<const float*>(nullptr), y);
            };
            cuda::next_token_loss(
                nullptr, static_cast<int>(rows), static_cast<int>(vocabulary), project, on_targets.data(),
                static_cast<float>(shape.scale), static_cast<float>(shape.softcap),
                {logits.rows(), {parts.data(), static_cast<int>(rows), blocks, blocks}, target_logits.data()},
                loss.data());
            return loss.values();
          },
          0);
      Matrix<double> logits(rows, vocabulary);
      reference::matmul<double>(in_double(x.view()).view(), in_double(w.view()).view(), nullptr, logits.view());
      reference::shape_logits(logits.view(), shape);
      for (Index row = 0; row < rows; ++row) {
        const auto at = static_cast<std::size_t>(row);
        INFO("vocabulary " << vocabulary << ", row " << row);
        CHECK(found[at] ==
              Approx(reference::cross_entropy<double>(logits.view().row(row), targets[at])).epsilon(1e-6).margin(1e-6));
      }
    }
}
