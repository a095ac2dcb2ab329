// Products by the kernels, and rows made ready for the library's, against the plain loops of ops/.
#include "device_matrix.hpp"
#include "kernels/matmul.cuh"
#include "kernels/row_tiles.cuh"
#include "neuroglot/ops/matmul.hpp"

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

TEMPLATE_TEST_CASE("rows are padded with zeros", "", float, Bf16) {
  using T = TestType;
  const Strided x = random_matrix(5, 131, 1);
  const DeviceMatrix<float> on_x(x.view(), 3);
  const auto found = in_every_order([&] {
    const DeviceMatrix<T> y(8, 131, 1);
    cuda::pad_rows(nullptr, on_x.const_rows(), y.rows());
    return y.values();
  });
  for (Index row = 0; row < 8; ++row)
    for (Index col = 0; col < 131; ++col)
      CHECK(found[static_cast<std::size_t>(row * 131 + col)] ==
            (row < 5 ? device::to_float(device::rounded<T>(x.view()(row, col))) : 0.0f));
}

TEMPLATE_TEST_CASE("noise is of [-1, 1), and no two rows are alike", "", float, Bf16) {
  using T = TestType;
  const auto found = in_every_order([&] {
    const DeviceMatrix<T> x(32, 67, 2);
    cuda::fill_with_noise(nullptr, x.rows());
    return x.values();
  });
  double sum = 0;
  for (const float value : found) {
    CHECK((value >= -1 && value <= 1));  // in bf16 the last value below 1 is rounded to it
    sum += static_cast<double>(value);
  }
  CHECK(std::abs(sum / static_cast<double>(found.size())) < 0.05);
  for (std::size_t a = 0; a < 32; ++a)
    for (std::size_t b = 0; b < a; ++b)
      CHECK_FALSE(std::equal(found.begin() + static_cast<std::ptrdiff_t>(67 * a),
                             found.begin() + static_cast<std::ptrdiff_t>(67 * (a + 1)),
                             found.begin() + static_cast<std::ptrdiff_t>(67 * b)));
}

TEST_CASE("a repetition of rows in other places is like them, until one element is not") {
  const Strided x = random_matrix(32, 9, 1);
  const DeviceMatrix<float> on_x(x.view(), 1), y(128, 9, 2);
  cuda::repeat_rows<float>(nullptr, on_x.const_rows(), y.rows());
  const auto unlike = [&] {
    return in_every_order([&] {
      const device::Array<int> count(1);
      cuda::count_unlike(nullptr, on_x.const_rows(), y.const_rows(), count.data());
      return count.values();
    })[0];
  };
  CHECK(unlike() == 0);
  const std::vector<float> values = y.values();
  for (std::size_t row = 0; row < 32; ++row) {  // each once in the first 32, not where it stood
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(9 * row);
    const auto original = x.view().row(static_cast<Index>(7 * row % 32));
    CHECK(std::equal(begin, begin + 9, original.begin()));
  }
  const float other = values[9 * 100 + 4] + 1;
  cuda::check(cudaMemcpyAsync(y.rows().row(100) + 4, &other, sizeof(other), cudaMemcpyHostToDevice, nullptr), "upload");
  CHECK(unlike() == 1);
}
