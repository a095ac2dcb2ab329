// Sums and products of matrices: each element is one operation, so the bits are those of the plain loop in float.
#include "neuroglot/ops/elementwise.hpp"

#include "neuroglot/ops/cpu/elementwise.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

/// Both operations on x and y, against the plain loop.
void check_both(const Strided& x, const Strided& y, int team) {
  Threads threads(team);
  Strided sum = x, expected_sum = x, product = x, expected_product = x;
  cpu::add(threads, sum.view(), y.view());
  reference::add<float>(expected_sum.view(), y.view());
  cpu::multiply(threads, product.view(), y.view());
  reference::multiply<float>(expected_product.view(), y.view());
  CHECK(same_bits(sum.view(), expected_sum.view()));
  CHECK(same_bits(product.view(), expected_product.view()));
  CHECK((sum.gaps_untouched() && product.gaps_untouched()));
}

}  // namespace

TEST_CASE("sums and products have the bits of the plain loop for widths 1 to 40 and any number of threads") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 40; ++cols) check_both(random_matrix(3, cols, 1), random_matrix(3, cols, 2), 1);
    for (const int team : team_sizes) check_both(random_matrix(97, 13, 1), random_matrix(97, 13, 2), team);
  });
}

TEST_CASE("sums and products of denormals, overflows, infinities and NaN are those of the plain loop") {
  with_each_instruction_set([] {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const float hostile[] = {1e-45f, -3e-39f, 0.0f, -0.0f, 3e38f, -3e38f, infinity, -infinity, 1.0f};
    Strided x(9, 9), y(9, 9);
    for (Index i = 0; i < 9; ++i)
      for (Index j = 0; j < 9; ++j) {
        x(i, j) = hostile[i];
        y(i, j) = hostile[j];
      }
    Threads threads(1);
    Matrix<double> sum = in_double(x.view()), product = in_double(x.view());
    reference::add<double>(sum.view(), in_double(y.view()).view());
    reference::multiply<double>(product.view(), in_double(y.view()).view());
    Strided z = x;
    cpu::add(threads, z.view(), y.view());
    for (Index i = 0; i < 9; ++i)
      for (Index j = 0; j < 9; ++j)
        CHECK(agree(static_cast<double>(z(i, j)), static_cast<double>(static_cast<float>(sum(i, j))), {1e-7, 0}));
    z = x;
    cpu::multiply(threads, z.view(), y.view());
    for (Index i = 0; i < 9; ++i)
      for (Index j = 0; j < 9; ++j)
        CHECK(
            agree(static_cast<double>(z(i, j)), static_cast<double>(static_cast<float>(product(i, j))), {1e-7, 1e-45}));
  });
}

TEST_CASE("x += x doubles: the two operands may be the same matrix") {
  with_each_instruction_set([] {
    Threads threads(2);
    Strided x = random_matrix(40, 11, 3);
    const Strided before = x;
    cpu::add(threads, x.view(), x.view());
    for (Index row = 0; row < 40; ++row)
      for (Index col = 0; col < 11; ++col) CHECK(x(row, col) == 2 * before(row, col));
  });
}
