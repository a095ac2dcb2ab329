// Kernels that go element by element or row by row against the plain loops of ops/.
#include <numeric>

#include "device_matrix.hpp"
#include "kernels/activation.cuh"
#include "kernels/gather.cuh"
#include "kernels/rope.cuh"
#include "kernels/softmax.cuh"
#include "kernels/top_k.cuh"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/attention.hpp"
#include "neuroglot/ops/elementwise.hpp"
#include "neuroglot/ops/rope.hpp"
#include "neuroglot/ops/route.hpp"
#include "neuroglot/ops/soft_cap.hpp"

using namespace neuroglot;
using device::Bf16;
using device::DeviceMatrix;
using device::held_by;
using emulation::in_every_order;

namespace {

/// What `kernel` makes of a copy of x, in every order of threads.
template <class T, class Kernel>
std::vector<float> changed(const Strided& x, Index gap, Kernel kernel) {
  return in_every_order([&] {
    const DeviceMatrix<T> on_device(x.view(), gap);
    kernel(on_device.rows());
    return on_device.values();
  });
}

}  // namespace

TEMPLATE_TEST_CASE("activations, sums, products and soft caps agree with the plain loops", "", float, Bf16) {
  using T = TestType;
  for (const device::Shape& shape : device::shapes) {
    const Strided x = random_matrix(shape.rows, shape.cols, 1, 8), y = random_matrix(shape.rows, shape.cols, 2);
    const DeviceMatrix<T> other(y.view(), shape.gap);
    const auto wide_y = held_by<T>(y.view());
    INFO(shape.rows << " x " << shape.cols << " + " << shape.gap);
    const auto check = [&](auto kernel, auto plain) {
      auto expected = held_by<T>(x.view());
      plain(expected.view());
      device::check_values(changed<T>(x, shape.gap, kernel), expected.view(), device::tolerance<T>({4e-6, 1e-6}));
    };
    check([](auto m) { cuda::activate(nullptr, cuda::Silu{}, m); }, [](auto m) { reference::activate(Silu{}, m); });
    check([](auto m) { cuda::activate(nullptr, cuda::Gelu{}, m); }, [](auto m) { reference::activate(Gelu{}, m); });
    check([](auto m) { cuda::activate(nullptr, cuda::Relu{}, m); }, [](auto m) { reference::activate(Relu{}, m); });
    check([](auto m) { cuda::activate(nullptr, cuda::GeluTanh{}, m); },
          [](auto m) { reference::activate(GeluTanh{}, m); });
    check([](auto m) { cuda::shape_logits(nullptr, m, 0.5f, 3.0f); },
          [](auto m) {
            reference::shape_logits(m, LogitShape{0.5, 3});
          });
    check([](auto m) { cuda::shape_logits(nullptr, m, -1.5f, 0.0f); },
          [](auto m) {
            reference::shape_logits(m, LogitShape{-1.5, 0});
          });
    check([&](auto m) { cuda::add(nullptr, m, other.const_rows()); },
          [&](auto m) { reference::add<double>(m, wide_y.view()); });
    check([&](auto m) { cuda::multiply(nullptr, m, other.const_rows()); },
          [&](auto m) { reference::multiply<double>(m, wide_y.view()); });
  }
}

TEST_CASE("a bias of one row is added to every row") {
  const Strided x = random_matrix(4, 37, 1), bias = random_matrix(1, 37, 2);
  const DeviceMatrix<float> on_device(bias.view());
  auto expected = in_double(x.view());
  for (Index row = 0; row < 4; ++row)
    for (Index col = 0; col < 37; ++col) expected(row, col) += static_cast<double>(bias(0, col));
  device::check_values(changed<float>(x, 3, [&](auto m) { cuda::add(nullptr, m, on_device.const_rows()); }),
                       expected.view(), {1e-7, 1e-7});
}

TEMPLATE_TEST_CASE("rows are gathered by their numbers unchanged, bf16 as the floats that they are", "", float, Bf16) {
  using T = TestType;
  for (const device::Shape& shape : device::shapes) {
    const Strided table = random_matrix(7, shape.cols, 1);
    const std::vector<int> ids = {6, 0, 0, 3, 5};
    const DeviceMatrix<T> from(table.view(), shape.gap);
    const device::Array<int> rows(ids);
    const auto found = in_every_order([&] {
      const DeviceMatrix<float> y(5, shape.cols, shape.gap);
      cuda::gather(nullptr, from.const_rows(), rows.data(), y.rows());
      return y.values();
    });
    const auto held = held_by<T>(table.view());
    Matrix<double> expected(5, shape.cols);
    for (std::size_t i = 0; i < ids.size(); ++i)
      std::ranges::copy(held.view().row(ids[i]), expected.view().row(static_cast<Index>(i)).data());
    device::check_values(found, expected.view(), {});
  }
}

TEST_CASE("rows are added where they are told to, by their factors") {
  const Strided x = random_matrix(3, 131, 1), y = random_matrix(6, 131, 2);
  const std::vector<Index> rows = {4, 0, 5};
  const std::vector<double> factors = {0.5, -2, 0.25};
  auto expected = in_double(y.view());
  reference::scatter_add<double>(in_double(x.view()).view(), rows, factors, expected.view());
  const DeviceMatrix<float> from(x.view(), 1);
  const device::Array<long long> to(std::vector<long long>(rows.begin(), rows.end()));
  const device::Array<float> by(std::vector<float>(factors.begin(), factors.end()));
  device::check_values(
      changed<float>(y, 2, [&](auto m) { cuda::scatter_add(nullptr, from.const_rows(), to.data(), by.data(), m); }),
      expected.view(), {1e-6, 1e-7});
}

TEMPLATE_TEST_CASE("rotation agrees with the plain loop, of halves and of neighbours, of a whole head and of a part",
                   "", float, Bf16) {
  using T = TestType;
  for (const Index half : {4, 3, 1})
    for (const bool neighbours : {false, true}) {
      const Strided x = random_matrix(5, 3 * 8, 1), cosine = random_matrix(5, half, 2),
                    sine = random_matrix(5, half, 3);
      auto expected = held_by<T>(x.view());
      reference::rotate<double>(expected.view(), in_double(cosine.view()).view(), in_double(sine.view()).view(), 8,
                                neighbours ? RotaryPairs::neighbours : RotaryPairs::halves);
      const DeviceMatrix<float> c(cosine.view()), s(sine.view(), 1);
      device::check_values(
          changed<T>(x, 2, [&](auto m) { cuda::rotate(nullptr, m, c.const_rows(), s.const_rows(), 8, neighbours); }),
          expected.view(), device::tolerance<T>({1e-6, 2e-7}));
    }
}

TEMPLATE_TEST_CASE("both steps of the softmax kernel agree with the plain loop, masked values included", "", float,
                   Bf16) {
  using T = TestType;
  for (const device::Shape& shape : device::shapes) {
    Strided x = random_matrix(shape.rows, shape.cols, 1, 20);
    for (Index col = shape.cols / 2 + 1; col < shape.cols; col += 2) x(0, col) = -INFINITY;
    auto expected = held_by<T>(x.view());
    reference::softmax(expected.view());
    INFO(shape.rows << " x " << shape.cols);
    const dim3 grid(static_cast<unsigned>(shape.rows)), block(cuda::softmax_threads);
    device::check_values(changed<T>(x, shape.gap,
                                    [&](auto m) {
                                      cuda::launch(cuda::softmax_in_three<T>, {grid, block}, m);
                                    }),
                         expected.view(), device::tolerance<T>({1e-5, 1e-7}));
    device::check_values(changed<T>(x, shape.gap, [&](auto m) { cuda::softmax(nullptr, m); }), expected.view(),
                         device::tolerance<T>({1e-5, 1e-7}));
  }
}

TEST_CASE("the k largest of a row come largest first, of equal ones the first first") {
  Strided x = random_matrix(3, 300, 1);
  for (Index col = 0; col < 300; ++col) x(1, col) = static_cast<float>(col % 7);
  for (Index col = 0; col < 300; ++col) x(2, col) = -INFINITY;
  const int k = 9;
  const DeviceMatrix<float> on_device(x.view(), 1);
  const auto found = in_every_order([&] {
    const device::Array<float> values(3 * k);
    const device::Array<int> places(3 * k);
    cuda::top_k(nullptr, on_device.const_rows(), k, values.data(), places.data());
    return std::tuple(values.values(), places.values());
  });
  for (Index row = 0; row < 3; ++row) {
    std::vector<int> order(300);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return x(row, a) > x(row, b); });
    for (int i = 0; i < k; ++i) {
      const auto at = static_cast<std::size_t>(row * k + i);
      CHECK(std::get<1>(found)[at] == order[static_cast<std::size_t>(i)]);
      CHECK(std::get<0>(found)[at] == x(row, order[static_cast<std::size_t>(i)]));
    }
  }
}

TEST_CASE("of a row that is shorter than k the rest of the places is -1") {
  const Strided x = random_matrix(1, 2, 1);
  const DeviceMatrix<float> on_device(x.view());
  const device::Array<float> values(4);
  const device::Array<int> places(4);
  cuda::top_k(nullptr, on_device.const_rows(), 4, values.data(), places.data());
  const std::vector<int> found = places.values();
  CHECK(found[0] == (x(0, 0) >= x(0, 1) ? 0 : 1));
  CHECK(found[2] == -1);
  CHECK(found[3] == -1);
}
