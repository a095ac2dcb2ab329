// Weights kept in bf16: the products are those of the same weights in float, to the bit.
#include <catch2/catch.hpp>
#include <vector>

#include "neuroglot/core/dtype.hpp"
#include "neuroglot/ops/cpu/cross_entropy.hpp"
#include "neuroglot/ops/cpu/embedding.hpp"
#include "neuroglot/ops/cpu/matmul.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

/// The same rows, rounded to bf16, kept in each type.
struct Weights {
  PackedWeight whole, half;

  Weights(Index out_features, Index in_features) : whole(in_features, out_features), half(in_features, out_features) {
    half.keep_as(WeightType::bf16);
    const Strided rows = random_matrix(out_features, in_features, 7);
    std::vector<float> rounded(static_cast<std::size_t>(in_features));
    for (Index n = 0; n < out_features; ++n) {
      for (Index k = 0; k < in_features; ++k)
        rounded[static_cast<std::size_t>(k)] = static_cast<float>(bf16(rows.view()(n, k)));
      whole.set_row(n, rounded.data());
      half.set_row(n, rows.view().row(n).data());
    }
  }
};

Matrix<float> product(MatrixView<const float> x, const PackedWeight& w, const float* bias, int team) {
  Threads threads(team);
  Workspace workspace;
  Matrix<float> y(x.rows, w.out_features());
  cpu::matmul(threads, workspace, x, w, bias, y.view());
  return y;
}

}  // namespace

TEST_CASE("bf16: products have the bits of those with the rounded weights in float, at every ragged size") {
  with_each_instruction_set([] {
    for (const Index out_features : {1, 16, 49, 200})
      for (const Index in_features : {1, 64, 100, 640, 3200}) {
        const Weights weights(out_features, in_features);
        const std::vector<float> bias = random_vector(out_features, 3);
        for (const Index rows : {1, 2, 6, 9, 33, 210}) {
          const Strided x = random_matrix(rows, in_features, 5);
          for (const int team : {1, 3}) {
            INFO(rows << " x " << in_features << " x " << out_features << ", " << team << " threads");
            CHECK(same_bits(product(x.view(), weights.half, bias.data(), team).view(),
                            product(x.view(), weights.whole, bias.data(), team).view()));
          }
        }
      }
  });
}

TEST_CASE("bf16: the fused loss has the bits of the rounded weights") {
  with_each_instruction_set([] {
    const Weights weights(1100, 96);
    const Strided x = random_matrix(130, 96, 5);
    const std::vector<std::int32_t> targets(130, 1099);
    const auto loss = [&](const PackedWeight& w) {
      Threads threads(2);
      Workspace workspace;
      std::vector<double> result(targets.size());
      cpu::next_token_loss(threads, workspace, x.view(), w, targets, result);
      return result;
    };
    CHECK(loss(weights.half) == loss(weights.whole));
  });
}

TEST_CASE("bf16: rows come back rounded, and half of the memory is taken") {
  const Weights weights(40, 50);
  Threads threads(1);
  Matrix<float> half(2, 50), whole(2, 50);
  const std::vector<std::int32_t> ids = {39, 3};
  cpu::embed(threads, weights.half, ids, half.view());
  cpu::embed(threads, weights.whole, ids, whole.view());
  CHECK(same_bits(half.view(), whole.view()));
  CHECK(weights.half.bytes() * 2 == weights.whole.bytes());
}
