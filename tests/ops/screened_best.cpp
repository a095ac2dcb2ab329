// The best columns found through coarse scores are those of all exact scores, also where the coarse ones are bad.
#include "neuroglot/ops/cpu/screened_best.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "neuroglot/ops/cpu/best_column.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

struct Search {
  Strided w, x;
  std::vector<float> bias;
  WeightType type = WeightType::fp32;

  Search(Index rows, Index features, Index columns)
      : w(random_matrix(columns, features, 1)), x(random_matrix(rows, features, 2)), bias(random_vector(columns, 3)) {}

  PackedWeight packed() const {
    PackedWeight weight(w.view().cols, w.view().rows);
    weight.keep_as(type);
    for (Index n = 0; n < w.view().rows; ++n) weight.set_row(n, w.view().row(n).data());
    return weight;
  }
  std::vector<std::int32_t> all_columns(bool with_bias = true) const {
    Threads threads(1);
    Workspace workspace;
    std::vector<std::int32_t> best(static_cast<std::size_t>(x.view().rows), -7);
    cpu::detail::best_of_all_columns(threads, workspace, x.view(), packed(), with_bias ? bias.data() : nullptr, best,
                                     {});
    return best;
  }
  /// Empty where the screening declined.
  std::vector<std::int32_t> screened(bool with_bias = true, int team = 1) const {
    Threads threads(team);
    Workspace workspace;
    const PackedWeight weight = packed();
    const Int8Panels coarse(threads, workspace, weight);
    std::vector<std::int32_t> best(static_cast<std::size_t>(x.view().rows), -7);
    const bool done = cpu::screened_best_columns(threads, workspace, x.view(), weight, coarse,
                                                 with_bias ? bias.data() : nullptr, best);
    return done ? best : std::vector<std::int32_t>{};
  }
};

}  // namespace

TEST_CASE("screened best columns are those of all columns, at every ragged size and for any number of threads") {
  with_each_instruction_set([] {
    for (const Index columns : {1, 15, 49, 512, 513, 1300})
      for (const Index features : {1, 13, 64, 130})
        for (const Index rows : {1, 7, 97}) {
          INFO(rows << " x " << features << " x " << columns);
          const Search search(rows, features, columns);
          CHECK(search.screened() == search.all_columns());
          CHECK(search.screened(false, 3) == search.all_columns(false));
        }
  });
}

TEST_CASE("screened best columns of weights in bf16 are those of all columns") {
  Search search(20, 70, 900);
  search.type = WeightType::bf16;
  CHECK(search.screened() == search.all_columns());
}

TEST_CASE("of equal and of hardly different scores the screening keeps all that may be the best") {
  with_each_instruction_set([] {
    Search search(9, 40, 1500);
    const std::vector<float> one(search.w.view().row(700).begin(), search.w.view().row(700).end());
    for (const Index n : {3, 600, 601, 1499}) std::ranges::copy(one, search.w.view().row(n).begin());
    for (Index n = 100; n < 400; ++n)
      for (Index k = 0; k < 40; ++k) {
        const float off = static_cast<float>(n - 250) * 1e-8f;
        search.w(n, k) = one[static_cast<std::size_t>(k)] * (1 + off);
      }
    search.bias.assign(search.bias.size(), 0.5f);
    for (Index k = 0; k < 40; ++k) search.x(0, k) = one[static_cast<std::size_t>(k)];
    const std::vector<std::int32_t> expected = search.all_columns();
    CHECK(search.screened() == expected);
    CHECK(search.screened(true, 2) == expected);
  });
}

TEST_CASE("weights and rows that bytes can hardly tell apart, of one large number and many small ones, lose nothing") {
  Search search(30, 64, 1100);
  for (Index n = 0; n < 1100; ++n) search.w(n, n % 64) *= n % 3 == 0 ? 3000.0f : 1e-3f;
  for (Index i = 0; i < 30; i += 2) search.x(i, i) = i % 4 == 0 ? 0.0f : 500.0f;
  for (Index n = 0; n < 1100; n += 7)
    for (Index k = 0; k < 64; ++k) search.w(n, k) *= n % 2 == 0 ? 1e-24f : 1e-14f;
  CHECK(search.screened() == search.all_columns());
  CHECK(search.screened(false) == search.all_columns(false));
}

TEST_CASE("a row of zeros has the column of the largest bias; infinite biases win or never win") {
  Search search(3, 20, 700);
  std::ranges::fill(search.x.view().row(1), 0.0f);
  CHECK(search.screened() == search.all_columns());
  search.bias[650] = infinity;
  search.bias[30] = std::numeric_limits<float>::quiet_NaN();
  CHECK(search.screened() == std::vector<std::int32_t>(3, 650));
  search.bias.assign(700, -infinity);
  CHECK(search.screened() == std::vector<std::int32_t>(3, -1));
  search.bias[5] = -1e30f;
  CHECK(search.screened() == std::vector<std::int32_t>(3, 5));
}

TEST_CASE("the screening declines rows and weights that are not finite, or enormous") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity, 1e18f}) {
    Search rows(2, 20, 600), weights(2, 20, 600);
    rows.x(1, 3) = bad;
    weights.w(500, 3) = bad;
    CHECK(rows.screened().empty());
    CHECK(weights.screened().empty());
  }
}

TEST_CASE("every exact score is within the bound of its coarse one, which leaves out nearly all panels") {
  const Search search(16, 384, 8000);
  Threads threads(1);
  Workspace workspace;
  const PackedWeight weight = search.packed();
  const Int8Panels coarse(threads, workspace, weight);
  REQUIRE(coarse.usable());
  const Workspace::Scope scope(workspace);
  const cpu::Int8Rows rows(workspace, search.x.view(), coarse.groups());
  const auto left = cpu::detail::screen(threads, workspace, rows, 16, coarse, search.bias.data(), 8000);
  CHECK(left.size() >= 16);
  CHECK(left.size() < 16 * 8000 / 16 / 10);
  Matrix<std::int32_t> products(16, 8000);
  cpu::int8_products(rows.bytes(0, 16), coarse, 0, 8000 / panel_width, products.view());
  for (Index i = 0; i < 16; ++i)
    for (Index n = 0; n < 8000; ++n) {
      double exact = 0, of_bytes = 0;
      for (Index k = 0; k < 384; ++k) exact += static_cast<double>(search.x.view()(i, k)) * search.w.view()(n, k);
      const Int8Panels::Columns& of = coarse.columns(n / panel_width);
      const auto lane = static_cast<std::size_t>(n % panel_width);
      of_bytes =
          static_cast<double>(products(i, n) - cpu::int8_zero * of.sum[lane]) * rows.row(i).scale * of.scale[lane];
      const double bound = rows.row(i).length * of.error[lane] + rows.row(i).error * of.length[lane];
      if (!(std::abs(exact - of_bytes) <= bound)) FAIL("row " << i << ", column " << n << " is beyond its bound");
    }
}

TEST_CASE("weights that have been searched can not be changed") {
  if (!cpu::has_int8_products()) {
    WARN("skipped: this processor has no products of bytes, so nothing is screened");
    return;
  }
  const Search search(70, 8, 17000);
  PackedWeight weight = search.packed();
  Threads threads(2);
  Workspace workspace;
  std::vector<std::int32_t> best(70);
  cpu::best_columns(threads, workspace, search.x.view(), weight, search.bias.data(), best);
  CHECK(weight.coarse() != nullptr);
  CHECK(best == search.all_columns());
  CHECK_THROWS_AS(weight.set_row(0, search.w.view().row(0).data()), Error);
}
