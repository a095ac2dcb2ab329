// What is asked of scores - the best token, log probabilities - block by block of the vocabulary, against the plain
// loops of ops/.
#include <catch2/catch.hpp>
#include <vector>

#include "kernels/emulation/orders.hpp"
#include "neuroglot/ops/best_column.hpp"
#include "neuroglot/ops/cuda/backend.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;
using emulation::in_every_order;

namespace {

/// Rows of x, a vocabulary, a bias; and the logits that the device has made of them, in float.
struct Example {
  Index rows, hidden, vocabulary;
  LogitShape shape;
  Strided x, w;
  std::vector<float> bias;

  Example(Index row_count, Index hidden_size, Index words, const LogitShape& logit_shape)
      : rows(row_count),
        hidden(hidden_size),
        vocabulary(words),
        shape(logit_shape),
        x(random_matrix(rows, hidden, 1, 6)),
        w(random_matrix(vocabulary, hidden, 2)),
        bias(random_vector(vocabulary, 3)) {}

  Matrix<double> logits(bool biased) const {
    Matrix<double> result(rows, vocabulary);
    const std::vector<double> wide(bias.begin(), bias.end());
    reference::matmul<double>(in_double(x.view()).view(), in_double(w.view()).view(), biased ? wide.data() : nullptr,
                              result.view());
    reference::shape_logits(result.view(), shape);
    return result;
  }

  /// Calls f(backend, x, w, bias) on the device, under every order of threads.
  template <class F>
  auto run(F f, bool biased) const {
    return in_every_order(
        [&] {
          Cuda backend;
          cuda::DeviceWeight weight(hidden, vocabulary);
          weight.keep_as(WeightType::fp32);
          for (Index n = 0; n < vocabulary; ++n) weight.set_row(n, w.view().row(n).data());
          cuda::DeviceVector on_bias;
          if (biased) on_bias.assign(bias.begin(), bias.end());
          cuda::DeviceMatrix on_x(rows, hidden);
          backend.upload(x.view(), on_x.view());
          return f(backend, std::as_const(on_x).view(), weight, on_bias);
        },
        0);
  }
};

const std::vector<Example>& examples() {
  static const std::vector<Example> all = {
      {3, 5, 7, {}}, {3, 5, 4096, {0.5, 4}}, {2, 5, 4099, {}}, {2, 5, 8200, {1, 3}}};
  return all;
}

}  // namespace

TEST_CASE("the loss by blocks of the vocabulary agrees with the plain loop") {
  for (const Example& example : examples()) {
    std::vector<std::int32_t> targets = {0, static_cast<int>(example.vocabulary) - 1, 3};
    targets.resize(static_cast<std::size_t>(example.rows));
    const auto found = example.run(
        [&](Cuda& backend, auto x, const auto& w, const auto&) {
          std::vector<double> loss(targets.size());
          backend.next_token_loss(x, w, targets, loss, example.shape);
          return loss;
        },
        false);
    const auto logits = example.logits(false);
    for (std::size_t row = 0; row < targets.size(); ++row) {
      INFO("vocabulary " << example.vocabulary << ", row " << row);
      const double expected =
          reference::cross_entropy<double>(logits.view().row(static_cast<Index>(row)), targets[row]);
      CHECK(found[row] == Approx(expected).epsilon(1e-6).margin(1e-6));
    }
  }
}

TEST_CASE("log probabilities of several tokens a row, or of none, agree with the plain loop") {
  for (const Example& example : examples()) {
    const auto last = static_cast<std::int32_t>(example.vocabulary - 1);
    const std::vector<std::vector<std::int32_t>> columns = {{0, 3, last}, {}, {1, 2, 4, 5, 6}};
    const auto found = example.run(
        [&](Cuda& backend, auto x, const auto& w, const auto& bias) {
          std::vector<double> values(8);
          const std::span<double> all(values);
          std::vector<RowTargets> targets = {
              {columns[0], all.subspan(0, 3)}, {columns[1], {}}, {columns[2], all.subspan(3, 5)}};
          targets.resize(static_cast<std::size_t>(example.rows));
          backend.log_probabilities(x, w, bias, targets, example.shape);
          return values;
        },
        true);
    const auto logits = example.logits(true);
    std::size_t at = 0;
    for (Index row = 0; row < example.rows; ++row)
      for (const std::int32_t column : columns[static_cast<std::size_t>(row)]) {
        INFO("vocabulary " << example.vocabulary << ", row " << row << ", token " << column);
        const double expected = -reference::cross_entropy<double>(logits.view().row(row), column);
        CHECK(found[at++] == Approx(expected).epsilon(1e-6).margin(2e-6));
      }
  }
}

TEST_CASE("the best token agrees with the plain loop") {
  for (const Example& example : examples()) {
    const auto found = example.run(
        [&](Cuda& backend, auto x, const auto& w, const auto& bias) {
          std::vector<std::int32_t> best(static_cast<std::size_t>(example.rows), -7);
          backend.best_columns(x, w, bias, best, example.shape);
          return best;
        },
        true);
    const auto logits = example.logits(true);
    for (Index row = 0; row < example.rows; ++row)
      CHECK(found[static_cast<std::size_t>(row)] == reference::best_column<double>(logits.view().row(row)));
  }
}
