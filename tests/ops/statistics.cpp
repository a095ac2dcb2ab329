// Counts, sums and sums of squares by column: the vector code has the bits of the plain loop.
#include "neuroglot/ops/statistics.hpp"

#include "neuroglot/ops/cpu/statistics.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

struct Totals {
  std::vector<std::int64_t> positive;
  std::vector<double> sum, squares;

  explicit Totals(Index neurons)
      : positive(static_cast<std::size_t>(neurons), 3), sum(positive.size(), 0.5), squares(positive.size(), 0.25) {}
  bool operator==(const Totals&) const = default;
};

Totals plain(MatrixView<const float> x) {
  Totals totals(x.cols);
  reference::accumulate_statistics<float>(x, totals.positive.data(), totals.sum.data(), totals.squares.data());
  return totals;
}

Totals vectorised(MatrixView<const float> x, Threads* threads) {
  Totals totals(x.cols);
  cpu::accumulate_statistics(threads, x, totals.positive.data(), totals.sum.data(), totals.squares.data());
  return totals;
}

}  // namespace

TEST_CASE("the column (1, -2, 0, 3) is positive twice, sums to 2, its squares to 14") {
  Matrix<float> x(4, 1);
  x(0, 0) = 1;
  x(1, 0) = -2;
  x(3, 0) = 3;
  std::int64_t positive = 0;
  double sum = 0, squares = 0;
  reference::accumulate_statistics<float>(x.view(), &positive, &sum, &squares);
  CHECK(positive == 2);
  CHECK(sum == 2);
  CHECK(squares == 14);
}

TEST_CASE("statistics have the bits of the plain loop for widths 1 to 40, strip edges and any number of threads") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 40; ++cols) {
      const Strided x = random_matrix(9, cols, 1);
      CHECK(vectorised(x.view(), nullptr) == plain(x.view()));
    }
    for (const Index cols : {127, 128, 129, 300})
      for (const int size : team_sizes) {
        Threads threads(size);
        const Strided x = random_matrix(50, cols, 2, 3.0f);
        CHECK(vectorised(x.view(), &threads) == plain(x.view()));
      }
  });
}

TEST_CASE("statistics of denormals and magnitudes up to 1e38 have the bits of the plain loop") {
  with_each_instruction_set([] {
    for (const float scale : {1e-40f, 1e20f, 3e38f}) {
      const Strided x = random_matrix(20, 13, 3, scale);
      CHECK(vectorised(x.view(), nullptr) == plain(x.view()));
    }
  });
}

TEST_CASE("zeros of both signs and NaN are not positive, the smallest denormal is") {
  with_each_instruction_set([] {
    Strided x(1, 5);
    const float values[] = {0.0f, -0.0f, std::numeric_limits<float>::quiet_NaN(), 1e-45f, -1e-45f};
    std::copy(std::begin(values), std::end(values), x.view().row(0).data());
    CHECK(vectorised(x.view(), nullptr).positive == std::vector<std::int64_t>{3, 3, 3, 4, 3});
    CHECK(std::isnan(vectorised(x.view(), nullptr).sum[2]));
  });
}

TEST_CASE("a column's sum is taken in double: a million ones after 1e9 are not lost") {
  Matrix<float> x(1'000'001, 1);
  x(0, 0) = 1e9f;
  for (Index row = 1; row < x.rows(); ++row) x(row, 0) = 1;
  with_each_instruction_set([&] { CHECK(vectorised(x.view(), nullptr).sum[0] == 1e9 + 1e6 + 0.5); });
}
