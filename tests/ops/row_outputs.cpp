// What a probe asks of some rows of scores: the best column and the log probabilities of several, fused with the
// projection, against the plain loops.
#include "neuroglot/ops/best_column.hpp"
#include "neuroglot/ops/cpu/best_column.hpp"
#include "neuroglot/ops/cpu/row_targets.hpp"
#include "neuroglot/ops/matmul.hpp"
#include "neuroglot/ops/row_targets.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

struct Example {
  Strided w, x;
  std::vector<float> bias;
  PackedWeight packed;

  Example(Index rows, Index hidden, Index vocabulary)
      : w(random_matrix(vocabulary, hidden, 1)),
        x(random_matrix(rows, hidden, 2)),
        bias(random_vector(vocabulary, 3)),
        packed(hidden, vocabulary) {
    pack();
  }
  void pack() {
    for (Index n = 0; n < w.view().rows; ++n) packed.set_row(n, w.view().row(n).data());
  }

  std::vector<std::int32_t> best(int team = 1) {
    Threads threads(team);
    Workspace workspace;
    std::vector<std::int32_t> found(static_cast<std::size_t>(x.view().rows), -7);
    cpu::best_columns(threads, workspace, x.view(), packed, bias.data(), found);
    return found;
  }
  std::vector<double> log_probabilities(std::span<const std::int32_t> columns, int team = 1) {
    Threads threads(team);
    Workspace workspace;
    const auto rows = static_cast<std::size_t>(x.view().rows);
    std::vector<double> found(rows * columns.size());
    std::vector<RowTargets> targets;
    for (std::size_t row = 0; row < rows; ++row)
      targets.push_back({columns, std::span(found).subspan(row * columns.size(), columns.size())});
    cpu::log_probabilities(threads, workspace, x.view(), packed, bias.data(), targets);
    return found;
  }

  std::vector<double> logits(Index row) const {
    Matrix<double> result(1, w.view().rows);
    const std::vector<double> wide(bias.begin(), bias.end());
    reference::matmul<double>(in_double(x.view().row_range(row, 1)).view(), in_double(w.view()).view(), wide.data(),
                              result.view());
    return {result.view().row(0).begin(), result.view().row(0).end()};
  }
};

}  // namespace

TEST_CASE("the best column is the first of the largest; NaN never wins") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), below = -std::numeric_limits<float>::infinity();
  CHECK(reference::best_column<float>(std::vector<float>{1, 3, 3, 2}) == 1);
  CHECK(reference::best_column<float>(std::vector<float>{nan, -2, nan}) == 1);
  CHECK(reference::best_column<float>(std::vector<float>{nan, below}) == -1);
}

TEST_CASE("the fused best column agrees with fp64 around its blocks of 512 columns and 96 rows") {
  with_each_instruction_set([] {
    for (const Index vocabulary : {1, 15, 17, 511, 512, 513, 1300})
      for (const Index rows : {1, 7, 95, 97}) {
        Example example(rows, 13, vocabulary);
        const std::vector<std::int32_t> found = example.best();
        for (Index row = 0; row < rows; ++row)
          CHECK(found[static_cast<std::size_t>(row)] == reference::best_column<double>(example.logits(row)));
      }
  });
}

TEST_CASE("of equal scores the lowest id wins, in one block or in two") {
  with_each_instruction_set([] {
    for (const Index twin : {31, 700}) {
      Example example(3, 5, 900);
      for (Index n : {Index{30}, twin}) {
        std::ranges::copy(example.w.view().row(17), example.w.view().row(n).data());
        example.bias[static_cast<std::size_t>(n)] = 1000;
      }
      example.pack();
      CHECK(example.best() == std::vector<std::int32_t>(3, 30));
    }
  });
}

TEST_CASE("a row of NaN has no best column and spoils no other") {
  with_each_instruction_set([] {
    Example example(2, 5, 600);
    example.x(0, 2) = std::numeric_limits<float>::quiet_NaN();
    CHECK(example.best()[0] == -1);
    CHECK(example.best()[1] == reference::best_column<double>(example.logits(1)));
  });
}

TEST_CASE("fused log probabilities of several targets agree with fp64") {
  with_each_instruction_set([] {
    for (const Index vocabulary : {1, 40, 512, 1030}) {
      Example example(98, 11, vocabulary);
      std::vector<std::int32_t> columns;
      for (Index n = 0; n < vocabulary; n += 1 + vocabulary / 9) columns.push_back(static_cast<std::int32_t>(n));
      columns.push_back(static_cast<std::int32_t>(vocabulary - 1));
      const std::vector<double> found = example.log_probabilities(columns);
      for (Index row = 0; row < 98; ++row) {
        const std::vector<double> logits = example.logits(row);
        for (std::size_t i = 0; i < columns.size(); ++i) {
          const double expected = -reference::cross_entropy<double>(logits, columns[i]);
          CHECK(agree(found[static_cast<std::size_t>(row) * columns.size() + i], expected, {2e-6, 2e-6}));
        }
      }
    }
  });
}

TEST_CASE("best columns and log probabilities have the same bits for any number of threads") {
  Example example(100, 19, 1100);
  const std::vector<std::int32_t> columns{0, 511, 512, 1099};
  const auto best = example.best();
  const auto log_probabilities = example.log_probabilities(columns);
  for (const int size : team_sizes) {
    CHECK(example.best(size) == best);
    CHECK(example.log_probabilities(columns, size) == log_probabilities);
  }
}
