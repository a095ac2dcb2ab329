// The gated activation with counts, each step of it, against the plain loops of ops/.
#include "device_matrix.hpp"
#include "kernels/gated_activation.cuh"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/elementwise.hpp"
#include "neuroglot/ops/statistics.hpp"

using namespace neuroglot;
using device::Bf16;
using device::DeviceMatrix;
using emulation::in_every_order;

namespace {

/// Sums on the device, all zero at first where they are totals.
struct DeviceSums {
  device::Array<long long> positive;
  device::Array<double> sum, squares;

  explicit DeviceSums(std::size_t n) : positive(n), sum(n), squares(n) {}
  static DeviceSums zero(std::size_t n) { return DeviceSums(n, 0); }
  cuda::Sums pointers() const { return {positive.data(), sum.data(), squares.data()}; }

 private:
  DeviceSums(std::size_t n, int)
      : positive(std::vector<long long>(n)), sum(std::vector<double>(n)), squares(std::vector<double>(n)) {}
};

using Totals = std::tuple<std::vector<long long>, std::vector<double>, std::vector<double>>;
Totals values_of(const DeviceSums& sums) {
  return {sums.positive.values(), sums.sum.values(), sums.squares.values()};
}

/// Of sequences that begin at the offsets, by the loop that recordings are held to.
Totals plain_totals(MatrixView<const float> x, const std::vector<int>& offsets) {
  const auto n = static_cast<std::size_t>(x.cols);
  std::vector<std::int64_t> positive(n);
  std::vector<double> sum(n), squares(n);
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s)
    reference::accumulate_statistics(x.row_range(offsets[s], offsets[s + 1] - offsets[s]), positive.data(), sum.data(),
                                     squares.data());
  return {{positive.begin(), positive.end()}, sum, squares};
}

const std::vector<int> offsets = {0, 1, 8, 8, 13};  // the third sequence is empty

}  // namespace

TEMPLATE_TEST_CASE("sums of neurons have the bits of the plain loop", "", float, Bf16) {
  using T = TestType;
  for (const Index neurons : {1, 37, 260}) {
    const Strided x = random_matrix(13, neurons, 1);
    const DeviceMatrix<T> on_device(x.view(), 1);
    const device::Array<int> starts(offsets);
    const auto n = static_cast<std::size_t>(neurons);
    const auto found = in_every_order([&] {
      const DeviceSums of_sequences(4 * n), totals = DeviceSums::zero(n);
      cuda::accumulate_statistics(nullptr, on_device.const_rows(), starts.data(), 4, of_sequences.pointers(),
                                  totals.pointers());
      return values_of(totals);
    });
    const std::vector<float> held = on_device.values();
    CHECK(emulation::same_bits(found, plain_totals({held.data(), 13, neurons}, offsets)));
  }
}

TEST_CASE("sums do not depend on what else is in the batch") {
  const Strided x = random_matrix(13, 64, 1);
  const DeviceMatrix<float> on_device(x.view());
  const DeviceSums totals = DeviceSums::zero(64);
  for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {  // a batch a sequence
    const device::Array<int> alone(std::vector<int>{offsets[s], offsets[s + 1]});
    const DeviceSums of_sequences(64);
    cuda::accumulate_statistics(nullptr, on_device.const_rows(), alone.data(), 1, of_sequences.pointers(),
                                totals.pointers());
  }
  CHECK(emulation::same_bits(values_of(totals), plain_totals(x.view(), offsets)));
}

namespace {

/// gate, up, what is off; and what must come out: the activations after switching off, and their products with up.
template <class T>
struct Example {
  Index neurons, gap;
  bool gated;
  Strided gate, up;
  std::vector<unsigned char> off;
  Matrix<double> activation, product;

  Example(const device::Shape& shape, bool with_gate)
      : neurons(shape.cols),
        gap(shape.gap),
        gated(with_gate),
        gate(random_matrix(13, neurons, 1, 4)),
        up(random_matrix(13, neurons, 2)),
        off(static_cast<std::size_t>(neurons)),
        activation(device::held_by<T>(gate.view())) {
    for (std::size_t n = 0; n < off.size(); n += 3) off[n] = 1;
    reference::activate(Silu{}, activation.view());
    for (Index row = 0; row < 13; ++row)
      for (Index n = 0; n < neurons; n += 3) activation(row, n) = 0;
    product = Matrix<double>(13, neurons);
    for (Index row = 0; row < 13; ++row) std::ranges::copy(activation.view().row(row), product.view().row(row).data());
    if (gated) reference::multiply<double>(product.view(), device::held_by<T>(up.view()).view());
  }

  /// Runs a step of the ladder; returns the product and the sums.
  template <class Kernel>
  auto run(Kernel kernel) const {
    const device::Array<unsigned char> mask(off);
    const device::Array<int> starts(offsets);
    const DeviceMatrix<T> ups(up.view(), gap);
    const auto n = static_cast<std::size_t>(neurons);
    return in_every_order([&] {
      const DeviceMatrix<T> result(gate.view(), gap);
      const DeviceSums of_sequences(4 * n), totals = DeviceSums::zero(n);
      const cuda::AtNeurons at{starts.data(), mask.data(), of_sequences.pointers()};
      kernel(result.rows(), gated ? ups.const_rows() : cuda::Rows<const T>{}, at);
      cuda::add_to_totals(nullptr, of_sequences.pointers(), 4, static_cast<int>(neurons), totals.pointers());
      return std::tuple_cat(std::tuple(result.values()), values_of(totals));
    });
  }
};

/// docs/kernels.md, step 1: a kernel a wish.
template <class T>
void four_walks(cuda::Rows<T> gate, cuda::Rows<const T> up, const cuda::AtNeurons& at) {
  using namespace cuda;
  activate(nullptr, cuda::Silu{}, gate);
  launch(switch_off<T>, over_elements(nullptr, gate.rows, gate.cols, false), gate, at.off);
  launch(sum_columns<T>, {dim3(static_cast<unsigned>(pieces(gate.cols, 128)), 4), dim3(128)}, gate, at.offsets,
         at.of_sequences);
  if (up.data != nullptr) multiply(nullptr, gate, up);
}

}  // namespace

TEMPLATE_TEST_CASE("each step of the gated activation agrees with the plain loops", "", float, Bf16) {
  using T = TestType;
  for (const device::Shape& shape : device::shapes)
    for (const bool gated : {true, false}) {
      INFO(shape.cols << " neurons, rows " << shape.gap << " apart");
      const Example<T> example(shape, gated);
      const auto check = [&](const auto& found, double rounding) {
        device::check_values(std::get<0>(found), example.product.view(), {rounding + 4e-6, 1e-6});
        const auto& [values, positive, sum, squares] = found;
        for (Index n = 0; n < example.neurons; ++n) {
          double expected_sum = 0, expected_squares = 0;
          long long expected_positive = 0;
          for (Index row = 0; row < 13; ++row) {
            const double a = example.activation(row, n);
            expected_positive += a > 0 ? 1 : 0;
            expected_sum += a;
            expected_squares += a * a;
          }
          const auto at = static_cast<std::size_t>(n);
          CHECK(positive[at] == expected_positive);
          CHECK(sum[at] == Approx(expected_sum).margin(13 * rounding + 2e-5));
          CHECK(squares[at] == Approx(expected_squares).margin(50 * rounding + 2e-5));
        }
      };
      const bool narrow = !std::is_same_v<T, float>;
      check(example.run(four_walks<T>), narrow ? 0x1p-7 : 0);  // bf16 is rounded after every walk
      const auto columns = static_cast<unsigned>(cuda::pieces(shape.cols, cuda::statistics_threads));
      const auto by_column = example.run([&](auto gate, auto up, const auto& at) {
        cuda::launch(cuda::gated_activation_by_column<cuda::Silu, T>,
                     {dim3(columns, 4), dim3(cuda::statistics_threads)}, cuda::Silu{}, gate, up, at);
      });
      const auto final = example.run(
          [](auto gate, auto up, const auto& at) { cuda::gated_activation(nullptr, cuda::Silu{}, gate, up, 4, at); });
      check(final, narrow ? 0x1p-8 : 0);
      CHECK(emulation::same_bits(final, by_column));
    }
}

TEMPLATE_TEST_CASE("where nobody counts, each element is activated, switched off and multiplied by itself", "", float,
                   Bf16) {
  using T = TestType;
  for (const device::Shape& shape : device::shapes)
    for (const bool gated : {true, false}) {
      INFO(shape.cols << " neurons, rows " << shape.gap << " apart");
      const Example<T> example(shape, gated);
      const device::Array<unsigned char> mask(example.off);
      const DeviceMatrix<T> ups(example.up.view(), shape.gap);
      const auto found = in_every_order([&] {
        const DeviceMatrix<T> result(example.gate.view(), shape.gap);
        const cuda::AtNeurons at{nullptr, mask.data(), {}};
        cuda::gated_activation(nullptr, cuda::Silu{}, result.rows(), gated ? ups.const_rows() : cuda::Rows<const T>{},
                               0, at);
        return result.values();
      });
      device::check_values(found, example.product.view(), {(std::is_same_v<T, float> ? 0 : 0x1p-8) + 4e-6, 1e-6});
    }
}
