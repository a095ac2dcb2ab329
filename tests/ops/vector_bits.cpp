// AVX-512 takes sixteen lanes where AVX2 takes eight: the results must be the same bits.
#include <bit>
#include <functional>

#include "neuroglot/ops/cpu/backend.hpp"
#include "neuroglot/ops/cpu/statistics.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

using Operation = std::function<void(Cpu&, MatrixView<float>)>;

/// x after the operation in this instruction set.
Strided result(cpu::InstructionSet set, const Operation& operation, Index cols, float scale) {
  const cpu::InstructionSet before = cpu::instruction_set();
  cpu::use_instruction_set(set);
  Cpu backend(2);
  Strided x = random_matrix(5, cols, 1, scale);
  operation(backend, x.view());
  cpu::use_instruction_set(before);
  CHECK(x.gaps_untouched());
  return x;
}

/// Widths around multiples of both vectors' lanes, and a model's.
void check_bits(const Operation& operation) {
  if (cpu::best_instruction_set() < cpu::InstructionSet::avx512) {
    WARN("not tested: this processor has no avx512");
    return;
  }
  for (const Index cols : {1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 48, 60, 100, 576})
    for (const float scale : {1e-3f, 1.0f, 30.0f, 200.0f}) {
      const Strided wide = result(cpu::InstructionSet::avx512, operation, cols, scale);
      const Strided narrow = result(cpu::InstructionSet::avx2_fma, operation, cols, scale);
      INFO("columns " << cols << " scale " << scale);
      bool same = true;
      for (Index row = 0; row < 5; ++row)
        for (Index col = 0; col < cols; ++col)
          same = same && std::bit_cast<std::uint32_t>(wide(row, col)) == std::bit_cast<std::uint32_t>(narrow(row, col));
      REQUIRE(same);
    }
}

}  // namespace

TEST_CASE("activations have the same bits in AVX2 and AVX-512") {
  check_bits([](Cpu& cpu, MatrixView<float> x) { cpu.activate(Silu{}, x); });
  check_bits([](Cpu& cpu, MatrixView<float> x) { cpu.activate(Gelu{}, x); });
  check_bits([](Cpu& cpu, MatrixView<float> x) { cpu.activate(GeluTanh{}, x); });
  check_bits([](Cpu& cpu, MatrixView<float> x) { cpu.activate(Relu{}, x); });
}

TEST_CASE("norms have the same bits in AVX2 and AVX-512") {
  check_bits([](Cpu& cpu, MatrixView<float> x) {
    const std::vector<float> weight = random_vector(x.cols, 2);
    cpu.rms_norm(x, weight, 1e-5, x, 1.0);
  });
  check_bits([](Cpu& cpu, MatrixView<float> x) {
    const std::vector<float> weight = random_vector(x.cols, 2), bias = random_vector(x.cols, 3);
    cpu.layer_norm(x, weight, bias, 1e-5, x);
  });
}

TEST_CASE("softmax and the soft cap have the same bits in AVX2 and AVX-512") {
  check_bits([](Cpu& cpu, MatrixView<float> x) {
    x(0, x.cols - 1) = -std::numeric_limits<float>::infinity();
    x(0, 0) = 1;  // or the row would be hidden whole
    cpu.softmax(x);
  });
  check_bits([](Cpu& cpu, MatrixView<float> x) { cpu.shape_logits(x, LogitShape{.scale = 0.3, .softcap = 15}); });
}

TEST_CASE("sums and products of matrices and rotations have the same bits in AVX2 and AVX-512") {
  check_bits([](Cpu& cpu, MatrixView<float> x) {
    const Strided other = random_matrix(x.rows, x.cols, 2);
    cpu.add(x, other.view());
    cpu.multiply(x, other.view());
  });
  check_bits([](Cpu& cpu, MatrixView<float> x) {
    const Index head_dim = x.cols / 2 * 2;
    const Strided cosine = random_matrix(x.rows, head_dim / 2, 2), sine = random_matrix(x.rows, head_dim / 2, 3);
    if (head_dim > 0) cpu.rotate(x.col_range(0, head_dim), cosine.view(), sine.view(), head_dim);
  });
}

TEST_CASE("losses have the same bits in AVX2 and AVX-512") {
  check_bits([](Cpu& cpu, MatrixView<float> x) {
    PackedWeight head(x.cols, 600);
    for (Index n = 0; n < 600; ++n) head.set_row(n, random_vector(x.cols, static_cast<unsigned>(n)).data());
    const std::vector<std::int32_t> targets = {0, 511, 512, 599, 7};
    std::vector<double> loss(5);
    cpu.next_token_loss(x, head, targets, loss);
    for (Index row = 0; row < 5; ++row) x(row, 0) = static_cast<float>(loss[static_cast<std::size_t>(row)]);
  });
}
