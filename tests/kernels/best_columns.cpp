// The best of a row, kept from block to block of the vocabulary.
#include "kernels/best_columns.hpp"

#include <limits>

#include "device_matrix.hpp"

using namespace neuroglot;
using device::DeviceMatrix;
using emulation::in_every_order;

TEST_CASE("of equal scores the first is the best, a NaN never is, and none is where all are -infinity") {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Matrix<float> first(4, 300), second(4, 300);
  for (Index row = 0; row < 4; ++row)
    for (Index col = 0; col < 300; ++col) first(row, col) = second(row, col) = row == 3 ? -infinity : -1;
  first(0, 70) = first(0, 200) = second(0, 5) = 2;  // three equal ones
  first(1, 9) = nan;
  second(1, 290) = 4;
  second(2, 0) = -0.5f;
  first(3, 1) = nan;
  const DeviceMatrix<float> block(first.view()), next(second.view());
  const auto found = in_every_order([&] {
    const device::Array<float> values(4);
    const device::Array<int> columns(4);
    cuda::keep_best(nullptr, block.const_rows(), 0, 1, 0, values.data(), columns.data());
    cuda::keep_best(nullptr, next.const_rows(), 300, 1, 0, values.data(), columns.data());
    return columns.values();
  });
  CHECK(found == std::vector<int>{70, 590, 300, -1});
}
