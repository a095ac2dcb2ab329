// Softmax, and the exponential under it: by hand, and the vector code against the plain loop in fp64.
#include "neuroglot/ops/cpu/softmax.hpp"

#include <numeric>

#include "neuroglot/ops/attention.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

void check_softmax(Strided x, Tolerance tolerance) {
  Matrix<double> expected = in_double(x.view());
  reference::softmax(expected.view());
  cpu::softmax(x.view());
  check_close(x.view(), expected.view(), tolerance);
  CHECK(x.gaps_untouched());
}

float exponential(float x) {
  std::array<float, 16> values;
  values.fill(x);
  cpu::vectorized([&]<Index N>(cpu::Width<N>) NEUROGLOT_VECTORIZED {
    cpu::Lanes<N> lanes(values.data());
    cpu::exponentiate(lanes.v);
    cpu::write(values.data(), lanes.v);
  });
  return values[5];
}

}  // namespace

TEST_CASE("softmax of (0, ln 3) is (1/4, 3/4)") {
  Matrix<double> x(1, 2);
  x(0, 1) = std::log(3.0);
  reference::softmax(x.view());
  CHECK(x(0, 0) == Approx(0.25).epsilon(1e-15));
  CHECK(x(0, 1) == Approx(0.75).epsilon(1e-15));
}

TEST_CASE("the exponential is right to two units in the last place from -87.3 to 88.7") {
  with_each_instruction_set([] {
    double worst = 0;
    for (float x = -87.33f; x < 88.72f; x += 0.00173f) {
      const double exact = std::exp(static_cast<double>(x));
      worst = std::max(worst, std::abs(static_cast<double>(exponential(x)) - exact) / exact);
    }
    CHECK(worst <= 2 * 0x1p-23);
  });
}

TEST_CASE("the exponential is 0 far below, infinite far above, 1 at 0, NaN of NaN") {
  with_each_instruction_set([] {
    CHECK(exponential(-88.0f) == 0);
    CHECK(exponential(-infinity) == 0);
    CHECK(exponential(88.73f) == infinity);
    CHECK(exponential(infinity) == infinity);
    CHECK(exponential(0.0f) == 1);
    CHECK(exponential(-0.0f) == 1);
    CHECK(exponential(1e-45f) == 1);
    CHECK(std::isnan(exponential(std::numeric_limits<float>::quiet_NaN())));
  });
}

TEST_CASE("softmax agrees with fp64 for widths 1 to 40 and long rows") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 40; ++cols)
      for (const float scale : {1.0f, 30.0f}) check_softmax(random_matrix(3, cols, 1, scale), {1e-5, 1e-12});
    for (const Index cols : {511, 512, 2049}) check_softmax(random_matrix(2, cols, 1, 10.0f), {1e-5, 1e-12});
  });
}

TEST_CASE("softmax of scores as large as floats get does not overflow") {
  with_each_instruction_set([] {
    check_softmax(random_matrix(3, 13, 2, 1e38f), {1e-6, 0});
    check_softmax(random_matrix(3, 13, 2, 1e-40f), {1e-6, 0});
  });
}

TEST_CASE("masked scores, -inf, get exactly 0, and trailing ones change no bit of the others") {
  with_each_instruction_set([] {
    for (Index seen = 1; seen <= 40; ++seen) {
      Strided narrow = random_matrix(1, seen, 3, 5.0f), wide(1, 45);
      std::copy(narrow.view().row(0).begin(), narrow.view().row(0).end(), wide.view().row(0).data());
      std::fill(wide.view().row(0).begin() + seen, wide.view().row(0).end(), -infinity);
      cpu::softmax(narrow.view());
      cpu::softmax(wide.view());
      CHECK(same_bits(wide.view().col_range(0, seen), narrow.view()));
      for (Index col = seen; col < 45; ++col) CHECK(wide(0, col) == 0);
    }
  });
}

TEST_CASE("masked scores in front and between get exactly 0") {
  with_each_instruction_set([] {
    Strided x = random_matrix(1, 21, 4);
    for (const Index hidden : {0, 1, 9, 16, 19}) x(0, hidden) = -infinity;
    check_softmax(x, {1e-6, 0});
  });
}

TEST_CASE("a row with a NaN, and a row that is masked altogether, is NaN as in the plain loop") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 17; ++cols) {
      Strided x = random_matrix(3, cols, 5);
      x(0, cols / 2) = std::numeric_limits<float>::quiet_NaN();
      std::fill(x.view().row(2).begin(), x.view().row(2).end(), -infinity);
      check_softmax(x, {1e-6, 0});
    }
  });
}
