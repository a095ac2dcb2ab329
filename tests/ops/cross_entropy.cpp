// The loss of the next token: by hand, and the fused projection against the plain loops in fp64.
#include "neuroglot/ops/cross_entropy.hpp"

#include "neuroglot/core/workspace.hpp"
#include "neuroglot/ops/cpu/cross_entropy.hpp"
#include "neuroglot/ops/matmul.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

/// Weights (vocabulary, hidden) as published and packed, inputs (rows, hidden), and a target a row.
struct Example {
  Strided w, x;
  PackedWeight packed;
  std::vector<std::int32_t> targets;

  Example(Index rows, Index hidden, Index vocabulary, float scale = 1)
      : w(random_matrix(vocabulary, hidden, 1, scale)), x(random_matrix(rows, hidden, 2)), packed(hidden, vocabulary) {
    for (Index row = 0; row < rows; ++row)
      targets.push_back(static_cast<std::int32_t>((row * 37 + vocabulary - 1) % vocabulary));
    pack();
  }

  void pack() {
    for (Index n = 0; n < w.view().rows; ++n) packed.set_row(n, w.view().row(n).data());
  }

  std::vector<double> loss(int team = 1) {
    Threads threads(team);
    Workspace workspace;
    std::vector<double> result(targets.size(), -1);
    cpu::next_token_loss(threads, workspace, x.view(), packed, targets, result);
    return result;
  }

  double expected(Index row) const {
    Matrix<double> logits(1, w.view().rows);
    reference::matmul<double>(in_double(x.view().row_range(row, 1)).view(), in_double(w.view()).view(), nullptr,
                              logits.view());
    return reference::cross_entropy<double>(logits.view().row(0), targets[static_cast<std::size_t>(row)]);
  }
};

void check_loss(Example& example, Tolerance tolerance) {
  const std::vector<double> found = example.loss();
  for (Index row = 0; row < static_cast<Index>(found.size()); ++row) {
    INFO("row " << row << ", hidden " << example.x.view().cols << ", vocabulary " << example.w.view().rows);
    const double loss = found[static_cast<std::size_t>(row)], expected = example.expected(row);
    INFO(loss << " found, " << expected << " expected");
    CHECK(agree(loss, expected, tolerance));
  }
}

}  // namespace

TEST_CASE("equal logits over n tokens cost ln n nats") {
  const std::vector<double> logits(10, 3.0);
  CHECK(reference::cross_entropy<double>(logits, 4) == Approx(std::log(10.0)).epsilon(1e-15));
}

TEST_CASE("logits (0, ln 3) cost ln 4 for the first token and ln 4/3 for the second") {
  const std::vector<double> logits = {0, std::log(3.0)};
  CHECK(reference::cross_entropy<double>(logits, 0) == Approx(std::log(4.0)).epsilon(1e-15));
  CHECK(reference::cross_entropy<double>(logits, 1) == Approx(std::log(4.0 / 3)).epsilon(1e-15));
}

TEST_CASE("the fused loss agrees with fp64 for vocabularies of 1 to 40 and around its blocks of 512") {
  with_each_instruction_set([] {
    for (Index vocabulary = 1; vocabulary <= 40; ++vocabulary) {
      Example example(3, 11, vocabulary);
      check_loss(example, {1e-6, 1e-6});
    }
    for (const Index vocabulary : {511, 512, 513, 1025}) {
      Example example(2, 17, vocabulary, 2.0f);
      check_loss(example, {1e-6, 2e-6});
    }
  });
}

TEST_CASE("the fused loss agrees with fp64 for rows around its blocks of 96") {
  with_each_instruction_set([] {
    for (const Index rows : {95, 96, 97, 193}) {
      Example example(rows, 7, 600);
      check_loss(example, {1e-6, 1e-6});
    }
  });
}

TEST_CASE("the fused loss of logits near 1e30 does not overflow") {
  with_each_instruction_set([] {
    Example example(4, 5, 530, 1e30f);
    check_loss(example, {1e-5, 0});
  });
}

TEST_CASE("a loss has the same bits for any number of threads, and alone as in a batch") {
  with_each_instruction_set([] {
    Example example(100, 19, 1100);
    const std::vector<double> first = example.loss();
    for (const int size : team_sizes) CHECK(example.loss(size) == first);
    for (const Index row : {0, 57, 99}) {
      Example alone(1, 19, 1100);
      std::copy(example.x.view().row(row).begin(), example.x.view().row(row).end(), alone.x.view().row(0).data());
      alone.targets = {example.targets[static_cast<std::size_t>(row)]};
      CHECK(alone.loss()[0] == first[static_cast<std::size_t>(row)]);
    }
  });
}

TEST_CASE("a NaN in a row makes its loss NaN and no other") {
  with_each_instruction_set([] {
    Example example(3, 9, 600);
    example.x(1, 8) = std::numeric_limits<float>::quiet_NaN();
    const std::vector<double> loss = example.loss();
    CHECK(std::isnan(loss[1]));
    CHECK_FALSE(std::isnan(loss[0]));
    CHECK_FALSE(std::isnan(loss[2]));
  });
}

TEST_CASE("a single NaN logit makes the loss NaN, wherever it stands in the vocabulary") {
  with_each_instruction_set([] {
    for (const Index column : {0, 8, 511, 512, 519}) {
      Example example(1, 4, 520);
      example.w(column, 0) = std::numeric_limits<float>::quiet_NaN();
      example.pack();
      CHECK(std::isnan(example.loss()[0]));
    }
  });
}

TEST_CASE("logits of -inf cost the others nothing, even where they fill a whole block of the vocabulary") {
  with_each_instruction_set([] {
    Example example(1, 1, 513);
    example.x(0, 0) = 1;
    example.w(512, 0) = -std::numeric_limits<float>::infinity();
    example.targets = {3};
    example.pack();
    check_loss(example, {1e-6, 1e-6});
  });
}
