// Both backends keep the contract of ops/backend.hpp, and the operations that only move values move them unchanged.
#include "neuroglot/ops/backend.hpp"

#include "neuroglot/ops/cpu/backend.hpp"
#include "neuroglot/ops/reference/backend.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

static_assert(Backend<Cpu> && Backend<Reference>);

namespace {

template <class B>
class Moves {
 public:
  using Scalar = typename B::Scalar;

  Moves() : from_(5, 7) {
    const Strided values = random_matrix(5, 7, 1);
    backend_.upload(values.view(), from_.view());
    for (Index row = 0; row < 5; ++row)
      for (Index col = 0; col < 7; ++col) CHECK(from_(row, col) == static_cast<Scalar>(values(row, col)));
  }

  void check_copy() {
    Matrix<Scalar> to(5, 7);
    backend_.copy(from_.view(), to.view());
    for (Index row = 0; row < 5; ++row) CHECK(std::ranges::equal(to.view().row(row), from_.view().row(row)));
  }

  void check_gather() {
    const std::vector<Index> rows = {4, 0, 0, 2};
    Matrix<Scalar> to(4, 7);
    backend_.gather(from_.view(), rows, to.view());
    for (std::size_t i = 0; i < rows.size(); ++i)
      CHECK(std::ranges::equal(to.view().row(static_cast<Index>(i)), from_.view().row(rows[i])));
  }

  void check_on_host() {
    backend_.on_host(from_.view(), [](MatrixView<float> shown) { shown(2, 3) = 1.5f; });
    CHECK(from_(2, 3) == Scalar{1.5});
  }

 private:
  B backend_{1};
  Matrix<Scalar> from_;
};

/// (out features, in features) in the layout of each backend.
std::pair<PackedWeight, ReferenceWeight> both_weights(const Strided& w) {
  const Index out = w.view().rows, in = w.view().cols;
  std::pair<PackedWeight, ReferenceWeight> both(PackedWeight(in, out), ReferenceWeight(in, out));
  const Matrix<double> wide = in_double(w.view());
  for (Index n = 0; n < out; ++n) {
    both.first.set_row(n, w.view().row(n).data());
    both.second.set_row(n, wide.view().row(n).data());
  }
  return both;
}

}  // namespace

TEMPLATE_TEST_CASE("upload, copy and gather move values unchanged; the host may write", "", Cpu, Reference) {
  Moves<TestType> moves;
  moves.check_copy();
  moves.check_gather();
  moves.check_on_host();
}

TEST_CASE("what the host leaves alone keeps the double precision of the reference backend") {
  Reference reference(1);
  Matrix<double> m(1, 2);
  m(0, 0) = 1.0 / 3;
  m(0, 1) = 2.0 / 3;
  reference.on_host(m.view(), [](MatrixView<float> shown) { shown(0, 1) = 0.25f; });
  CHECK(m(0, 0) == 1.0 / 3);
  CHECK(m(0, 1) == 0.25);
}

TEST_CASE("the two backends agree on a product with a bias, and reject shapes that do not fit") {
  Cpu cpu(1);
  Reference exact(1);
  const Strided x = random_matrix(3, 5, 2);
  const std::vector<float> bias = random_vector(9, 3);
  const auto [packed, plain] = both_weights(random_matrix(9, 5, 1));
  Strided y(3, 9);
  Matrix<double> expected(3, 9);
  cpu.matmul(x.view(), packed, bias, y.view());
  exact.matmul(in_double(x.view()).view(), plain, {bias.begin(), bias.end()}, expected.view());
  check_close(y.view(), expected.view(), {1e-6, 1e-6});
  CHECK_THROWS_AS(cpu.matmul(x.view().col_range(0, 4), packed, bias, y.view()), Error);
  CHECK_THROWS_AS(exact.matmul(expected.view(), plain, {}, expected.view()), Error);
}

TEST_CASE("an instruction set that does not exist is refused by its name") {
  CHECK_THROWS_WITH(cpu::instruction_set_named("sse9"), Catch::Contains("sse9") && Catch::Contains("portable"));
  CHECK(cpu::instruction_set_named("portable") == cpu::InstructionSet::portable);
}

TEST_CASE("the two backends find the same best columns, and log probabilities that agree") {
  Cpu cpu(1);
  Reference exact(1);
  const Strided x = random_matrix(3, 5, 2);
  const std::vector<float> bias = random_vector(9, 3);
  const auto [packed, plain] = both_weights(random_matrix(9, 5, 1));
  const std::vector<std::int32_t> columns{1, 8};
  std::vector<double> found(6), expected(6);
  std::vector<std::int32_t> best(3), best_expected(3);
  std::vector<RowTargets> into, into_expected;
  for (std::size_t row = 0; row < 3; ++row) {
    into.push_back({columns, std::span(found).subspan(2 * row, 2)});
    into_expected.push_back({columns, std::span(expected).subspan(2 * row, 2)});
  }
  const LogitShape shape{0.5, 3};
  cpu.best_columns(x.view(), packed, bias, best, shape);
  cpu.log_probabilities(x.view(), packed, bias, into, shape);
  const Matrix<double> inputs = in_double(x.view());
  exact.best_columns(inputs.view(), plain, {bias.begin(), bias.end()}, best_expected, shape);
  exact.log_probabilities(inputs.view(), plain, {bias.begin(), bias.end()}, into_expected, shape);
  CHECK(best == best_expected);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-6));
}
