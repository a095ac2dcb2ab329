// The matrix product: right to the last bit, whatever the batch, the threads and the shapes.
#include "neuroglot/ops/matmul.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "neuroglot/ops/cpu/matmul.hpp"

namespace {

using namespace neuroglot;

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// A matrix with `gap` unused elements after each row, which hold NaN: reading one of them shows.
struct Strided {
  Matrix<float> storage;
  Index cols;

  Strided(Index rows, Index columns, Index gap, unsigned seed) : storage(rows, columns + gap), cols(columns) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    for (Index r = 0; r < rows; ++r)
      for (Index c = 0; c < columns + gap; ++c) storage(r, c) = c < columns ? normal(generator) : not_a_number;
  }
  MatrixView<float> view() { return storage.view().col_range(0, cols); }
  MatrixView<const float> view() const { return storage.view().col_range(0, cols); }
};

PackedWeight packed(MatrixView<const float> w) {
  PackedWeight weight(w.cols, w.rows);
  for (Index n = 0; n < w.rows; ++n) weight.set_row(n, w.row(n).data());
  return weight;
}

/// The definition of the order of summation: chains of 64 fused multiply-adds, each begun at zero, added up in order.
float in_order(MatrixView<const float> x, Index r, MatrixView<const float> w, Index n, const float* start = nullptr) {
  float total = start == nullptr ? 0 : *start;
  for (Index first = 0; first < x.cols; first += 64) {
    float chain = 0;
    for (Index k = first; k < std::min(first + 64, x.cols); ++k) chain = std::fma(x(r, k), w(n, k), chain);
    total = first == 0 && start == nullptr ? chain : total + chain;
  }
  return total;
}

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

bool same_bits(MatrixView<const float> a, MatrixView<const float> b) {
  for (Index r = 0; r < a.rows; ++r)
    for (Index c = 0; c < a.cols; ++c)
      if (!same_bits(a(r, c), b(r, c))) return false;
  return a.rows == b.rows && a.cols == b.cols;
}

Matrix<float> product(MatrixView<const float> x, const PackedWeight& w, const float* bias = nullptr,
                      int thread_count = 2) {
  Threads threads(thread_count);
  Workspace workspace;
  Matrix<float> y(x.rows, w.out_features());
  cpu::matmul(threads, workspace, x, w, bias, y.view());
  return y;
}

/// For the duration of a test.
struct Using {
  cpu::InstructionSet before = cpu::instruction_set();
  explicit Using(cpu::InstructionSet set) { cpu::use_instruction_set(set); }
  ~Using() { cpu::use_instruction_set(before); }
};

/// Whether this processor has the set; says which one it lacks.
bool has(cpu::InstructionSet set) {
  if (set <= cpu::best_instruction_set()) return true;
  WARN("not tested: this processor has no " << cpu::name(set));
  return false;
}

/// Largest |y - reference in fp64| relative to the sum of the products' magnitudes.
double error_in_fp64(MatrixView<const float> x, MatrixView<const float> w, MatrixView<const float> y) {
  Matrix<double> x64(x.rows, x.cols), w64(w.rows, w.cols), y64(y.rows, y.cols), magnitude(y.rows, y.cols);
  const auto widen = [](MatrixView<const float> from, MatrixView<double> to) {
    for (Index r = 0; r < from.rows; ++r) std::copy_n(from.row(r).data(), from.cols, to.row(r).data());
  };
  widen(x, x64.view());
  widen(w, w64.view());
  reference::matmul<double>(x64.view(), w64.view(), nullptr, y64.view());
  for (double& value : std::span(x64.view().data, static_cast<std::size_t>(x.rows * x.cols))) value = std::abs(value);
  for (double& value : std::span(w64.view().data, static_cast<std::size_t>(w.rows * w.cols))) value = std::abs(value);
  reference::matmul<double>(x64.view(), w64.view(), nullptr, magnitude.view());
  double worst = 0;
  for (Index r = 0; r < y.rows; ++r)
    for (Index c = 0; c < y.cols; ++c)
      worst = std::max(worst, std::abs(y(r, c) - y64(r, c)) / std::max(magnitude(r, c), 1e-300));
  return worst;
}

}  // namespace

TEST_CASE("the reference product is the sum over k plus the bias") {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6}, w = {1, 0, -1, 2, 2, 2}, bias = {10, 20};
  std::vector<double> y(4);
  reference::matmul<double>({x.data(), 2, 3}, {w.data(), 2, 3}, bias.data(), {y.data(), 2, 2});
  CHECK(y == std::vector<double>{8, 32, 8, 50});
}

TEST_CASE("every element is the sum of chains of 64 fused multiply-adds, bit for bit, at every ragged size") {
  const auto set = GENERATE(cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  Threads threads(2);
  Workspace workspace;
  for (const Index k : {1, 2, 7, 8, 9, 31, 64, 70, 575, 577, 1200, 1601})
    for (const Index m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 40, 200})
      for (const Index n : {1, 7, 8, 9, 15, 16, 17, 33, 40, 48, 63, 70}) {
        if (k * m * n > 1'000'000) continue;
        const Strided x(m, k, 3, 1), w(n, k, 1, 2);
        Strided y(m, n, 5, 3);
        cpu::matmul(threads, workspace, x.view(), packed(w.view()), nullptr, y.view());
        bool exact = true;
        for (Index r = 0; r < m; ++r) {
          for (Index c = 0; c < n; ++c) exact = exact && same_bits(y.view()(r, c), in_order(x.view(), r, w.view(), c));
          for (Index c = n; c < n + 5; ++c) exact = exact && std::isnan(y.storage(r, c));  // the gap is not written
        }
        INFO("m " << m << " k " << k << " n " << n);
        REQUIRE(exact);
      }
}

TEST_CASE("a row's result does not depend on the rows around it, their number or the threads") {
  const auto set = GENERATE(cpu::InstructionSet::portable, cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  const Strided x(512, 700, 0, 1), w(100, 700, 0, 2), bias(1, 100, 0, 3);
  const PackedWeight weight = packed(w.view());
  const Matrix<float> all = product(x.view(), weight, bias.view().data, 1);
  CHECK(same_bits(all.view(), product(x.view(), weight, bias.view().data, 2).view()));
  for (const Index m : {1, 3, 6, 7, 64})
    for (const Index first : {Index{0}, Index{41}, 512 - m}) {
      INFO(m << " rows from " << first);
      for (const int threads : {1, 2})
        CHECK(same_bits(all.view().row_range(first, m),
                        product(x.view().row_range(first, m), weight, bias.view().data, threads).view()));
    }
}

TEST_CASE("AVX-512 gives the bits of AVX2, at the shapes of real models") {
  if (!has(cpu::InstructionSet::avx512)) return;
  struct Shape {
    Index m, k, n;
  };
  for (const Shape& shape : {Shape{1, 576, 1536}, {6, 1536, 576}, {100, 576, 192}, {75, 2048, 336}, {33, 5632, 80}}) {
    const Strided x(shape.m, shape.k, 0, 1), w(shape.n, shape.k, 0, 2), bias(1, shape.n, 0, 3);
    const PackedWeight weight = packed(w.view());
    const auto by = [&](cpu::InstructionSet set) {
      const Using chosen(set);
      return product(x.view(), weight, bias.view().data);
    };
    INFO("m " << shape.m << " k " << shape.k << " n " << shape.n);
    CHECK(same_bits(by(cpu::InstructionSet::avx512).view(), by(cpu::InstructionSet::avx2_fma).view()));
  }
}

TEST_CASE("a sum of negative zeros keeps its sign") {
  const auto set = GENERATE(cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  Strided x(9, 3, 0, 1), w(2, 3, 0, 2);
  for (Index r = 0; r < 9; ++r)
    for (Index k = 0; k < 3; ++k) x.view()(r, k) = -0.0f;
  CHECK(same_bits(product(x.view(), packed(w.view())).view()(8, 1), in_order(x.view(), 8, w.view(), 1)));
}

TEST_CASE("a column's result does not depend on the other columns") {
  const Strided x(50, 300, 0, 1), w(90, 300, 0, 2);
  const Matrix<float> all = product(x.view(), packed(w.view()));
  for (const Index m : {1, 50})
    CHECK(same_bits(all.view().row_range(0, m).col_range(21, 18),
                    product(x.view().row_range(0, m), packed(w.view().row_range(21, 18))).view()));
}

TEST_CASE("more rows than are packed at once give the same bits") {
  const Strided x(2500, 40, 0, 1), w(20, 40, 0, 2);
  const PackedWeight weight = packed(w.view());
  const Matrix<float> all = product(x.view(), weight);
  for (const Index first : {0, 1100, 2440})
    CHECK(same_bits(all.view().row_range(first, 60), product(x.view().row_range(first, 60), weight).view()));
}

TEST_CASE("every instruction set agrees with fp64 to the bound of K roundings") {
  const auto set = GENERATE(cpu::InstructionSet::portable, cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  const Strided x(13, 1000, 0, 1), w(37, 1000, 0, 2);
  const Matrix<float> y = product(x.view(), packed(w.view()));
  CHECK(error_in_fp64(x.view(), w.view(), y.view()) < 1000 * 0x1p-24);  // Higham 2002, (3.5): K u, u = 2^-24
}

TEST_CASE("the bias is added once, after the last product") {
  const Strided x(9, 1300, 0, 1), w(21, 1300, 0, 2), bias(1, 21, 0, 3);
  const PackedWeight weight = packed(w.view());
  const Matrix<float> without = product(x.view(), weight);
  for (const Index m : {1, 9}) {
    const Matrix<float> with = product(x.view().row_range(0, m), weight, bias.view().data);
    for (Index r = 0; r < m; ++r)
      for (Index n = 0; n < 21; ++n) REQUIRE(same_bits(with(r, n), without(r, n) + bias.view()(0, n)));
  }
}

TEST_CASE("infinity and NaN stay in their own row and column") {
  const auto set = GENERATE(cpu::InstructionSet::portable, cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  for (const Index m : {2, 5, 6, 20}) {
    Strided x(m, 50, 2, 1), w(19, 50, 2, 2);
    x.view()(1, 7) = infinity;
    w.view()(18, 3) = not_a_number;
    const Matrix<float> y = product(x.view(), packed(w.view()));
    for (Index r = 0; r < m; ++r)
      for (Index n = 0; n < 19; ++n) {
        INFO("m " << m << " row " << r << " column " << n);
        REQUIRE(std::isnan(y(r, n)) == (n == 18));
        REQUIRE(std::isinf(y(r, n)) == (r == 1 && n != 18));
      }
  }
}

TEST_CASE("denormal products are kept") {
  Strided x(7, 3, 0, 1), w(2, 3, 0, 2);
  for (Index r = 0; r < 7; ++r)
    for (Index k = 0; k < 3; ++k) x.view()(r, k) = 0x1p-100f;
  for (Index n = 0; n < 2; ++n)
    for (Index k = 0; k < 3; ++k) w.view()(n, k) = 0x1p-40f;
  const Matrix<float> y = product(x.view(), packed(w.view()));
  CHECK(y(6, 1) == 3 * 0x1p-140f);
}

TEST_CASE("a product over no features is the bias") {
  const std::vector<float> bias = {1, 2, 3};
  for (const Index m : {1, 8}) {
    const Matrix<float> y = product(MatrixView<const float>(nullptr, m, 0), PackedWeight(0, 3), bias.data());
    CHECK(y(m - 1, 2) == 3);
  }
}

TEST_CASE("no rows and no columns are no work") {
  CHECK(product(MatrixView<const float>(nullptr, 0, 5), PackedWeight(5, 3)).rows() == 0);
  const Strided x(9, 5, 0, 1);
  CHECK(product(x.view(), PackedWeight(5, 0)).cols() == 0);
}

TEST_CASE("shapes that do not fit are refused with all three shapes") {
  Threads threads(1);
  Workspace workspace;
  const Strided x(4, 5, 0, 1);
  Matrix<float> y(4, 3);
  CHECK_THROWS_WITH(cpu::matmul(threads, workspace, x.view(), PackedWeight(6, 3), nullptr, y.view()),
                    "matmul: x (4, 5) times the transpose of a weight (3, 6) can not be written to y (4, 3)");
}

TEST_CASE("the workspace is allocated by the first call and given back by each") {
  Threads threads(2);
  Workspace workspace;
  const Strided x(64, 90, 0, 1), w(33, 90, 0, 2);
  const PackedWeight weight = packed(w.view());
  Matrix<float> y(64, 33);
  cpu::matmul(threads, workspace, x.view(), weight, nullptr, y.view());
  const std::size_t held = workspace.capacity();
  for (int i = 0; i < 3; ++i) cpu::matmul(threads, workspace, x.view(), weight, nullptr, y.view());
  CHECK(workspace.capacity() == held);
}

TEST_CASE("a packed weight gives back the rows that were set") {
  const Strided w(35, 11, 0, 2);
  const PackedWeight weight = packed(w.view());
  CHECK(weight.panels() == 3);
  CHECK(weight.bytes() == 3 * 11 * 16 * sizeof(float));
  std::vector<float> row(11);
  for (Index n = 0; n < 35; ++n) {
    weight.get_row(n, row.data());
    REQUIRE(std::equal(row.begin(), row.end(), w.view().row(n).begin()));
  }
}

TEST_CASE("panels packed from rows, as keys, give the scaled chain") {
  const auto set = GENERATE(cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  for (const Index m : {1, 2, 3, 4, 6, 9, 14})
    for (const Index n : {1, 5, 16, 31, 64, 70})
      for (const Index k : {1, 8, 13, 64, 600}) {
        const Strided q(m, k, 2, 1), keys(n, k, 7, 2);
        Strided y(m, n, 3, 3);
        std::vector<float> panels(static_cast<std::size_t>(cpu::panel_floats(n, k)), not_a_number);
        cpu::pack_rows_as_panels(keys.view(), panels.data());
        cpu::matmul_panels(q.view(), panels.data(), n, y.view(), 0.125f);
        bool exact = true;
        for (Index r = 0; r < m; ++r) {
          for (Index c = 0; c < n; ++c)
            exact = exact && same_bits(y.view()(r, c), 0.125f * in_order(q.view(), r, keys.view(), c));
          for (Index c = n; c < n + 3; ++c) exact = exact && std::isnan(y.storage(r, c));
        }
        INFO("m " << m << " k " << k << " n " << n);
        REQUIRE(exact);
      }
}

TEST_CASE("panels packed from columns, as values, equal panels packed from the transpose's rows") {
  const auto set = GENERATE(cpu::InstructionSet::portable, cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  for (const Index n : {1, 16, 37}) {
    const Strided values(29, n, 4, 1);
    Matrix<float> transpose(n, 29);
    for (Index k = 0; k < 29; ++k)
      for (Index c = 0; c < n; ++c) transpose(c, k) = values.view()(k, c);
    const auto floats = static_cast<std::size_t>(cpu::panel_floats(n, 29));
    std::vector<float> from_cols(floats, not_a_number), from_rows(floats, not_a_number);
    cpu::pack_cols_as_panels(values.view(), from_cols.data());
    cpu::pack_rows_as_panels(transpose.view(), from_rows.data());
    CHECK(from_cols == from_rows);
  }
}

TEST_CASE("the first steps of deeper panels give the product with those steps alone") {
  const auto set = GENERATE(cpu::InstructionSet::portable, cpu::InstructionSet::avx2_fma, cpu::InstructionSet::avx512);
  if (!has(set)) return;
  const Using chosen(set);
  const Strided x(20, 90, 0, 1), w(70, 130, 0, 2);
  std::vector<float> deep(static_cast<std::size_t>(cpu::panel_floats(70, 130))), shallow(deep.size());
  cpu::pack_rows_as_panels(w.view(), deep.data());
  cpu::pack_rows_as_panels(w.view().col_range(0, 90), shallow.data());
  Matrix<float> of_deep(20, 70), of_shallow(20, 70);
  cpu::matmul_panels(x.view(), deep.data(), 70, of_deep.view(), 2.0f, 130);
  cpu::matmul_panels(x.view(), shallow.data(), 70, of_shallow.view(), 2.0f);
  CHECK(same_bits(of_deep.view(), of_shallow.view()));
}

TEST_CASE("a depth that comes in pieces of a multiple of 64 gives the bits of the whole") {
  const Strided x(8, 100, 0, 1), w(20, 100, 0, 2);
  Matrix<float> whole(8, 20), pieces(8, 20);
  std::vector<float> panels(static_cast<std::size_t>(cpu::panel_floats(20, 100)));
  cpu::pack_rows_as_panels(w.view(), panels.data());
  cpu::matmul_panels(x.view(), panels.data(), 20, whole.view());
  for (const Index first : {0, 64}) {
    const Index count = first == 0 ? 64 : 36;
    cpu::pack_rows_as_panels(w.view().col_range(first, count), panels.data());
    cpu::add_matmul_panels(x.view().col_range(first, count), panels.data(), 20, pieces.view());
  }
  CHECK(same_bits(whole.view(), pieces.view()));
}

TEST_CASE("an instruction set that does not exist is refused by name") {
  CHECK_THROWS_AS(cpu::instruction_set_named("sse9"), UsageError);
  CHECK(cpu::instruction_set_named("portable") == cpu::InstructionSet::portable);
}
