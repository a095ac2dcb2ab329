// Rotation of pairs: a quarter turn by hand, the vector code against the plain loop in fp64.
#include "neuroglot/ops/rope.hpp"

#include "neuroglot/ops/cpu/rope.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

/// Cosines and sines of random angles, (rows, half).
struct Angles {
  Strided cosine, sine;

  Angles(Index rows, Index half, unsigned seed) : cosine(rows, half, 2), sine(rows, half, 7) {
    const Strided angle = random_matrix(rows, half, seed, 500.0f);
    for (Index row = 0; row < rows; ++row)
      for (Index i = 0; i < half; ++i) {
        cosine(row, i) = std::cos(angle(row, i));
        sine(row, i) = std::sin(angle(row, i));
      }
  }
};

void check_rotation(Index rows, Index heads, Index head_dim, Index half, float scale = 1) {
  INFO(heads << " heads of " << head_dim << ", " << 2 * half << " of them turned");
  Threads threads(1);
  const Angles angles(rows, half, 1);
  Strided x = random_matrix(rows, heads * head_dim, 2, scale);
  Matrix<double> expected = in_double(x.view());
  reference::rotate<double>(expected.view(), in_double(angles.cosine.view()).view(),
                            in_double(angles.sine.view()).view(), head_dim);
  cpu::rotate(threads, x.view(), angles.cosine.view(), angles.sine.view(), head_dim);
  check_close(x.view(), expected.view(), {0, 2e-7 * static_cast<double>(scale)});
  CHECK(x.gaps_untouched());
}

}  // namespace

TEST_CASE("a quarter turn takes (1, 2 | 3, 4) to (-3, -4 | 1, 2): pairs are halves of the head, not neighbours") {
  Matrix<double> x(1, 4), cosine(1, 2), sine(1, 2);
  for (Index i = 0; i < 4; ++i) x(0, i) = static_cast<double>(i + 1);
  sine(0, 0) = sine(0, 1) = 1;
  reference::rotate<double>(x.view(), cosine.view(), sine.view(), 4);
  CHECK(std::vector<double>(x.view().row(0).begin(), x.view().row(0).end()) == std::vector<double>{-3, -4, 1, 2});
}

TEST_CASE("rotation agrees with fp64 for half heads of 1 to 40") {
  with_each_instruction_set([] {
    for (Index half = 1; half <= 40; ++half) check_rotation(3, 2, 2 * half, half);
  });
}

TEST_CASE("where only a part of each head is turned, the rest stays as it is") {
  with_each_instruction_set([] {
    for (const Index half : {1, 4, 7, 16}) check_rotation(3, 3, 32, half);
  });
}

TEST_CASE("rotation of many rows, denormals and large magnitudes agrees with fp64") {
  with_each_instruction_set([] {
    for (const Index rows : {31, 32, 33, 65}) check_rotation(rows, 2, 12, 6);
    check_rotation(3, 2, 12, 6, 1e-38f);
    check_rotation(3, 2, 12, 6, 1e37f);
  });
}

TEST_CASE("a NaN reaches both elements of its pair and nothing else") {
  with_each_instruction_set([] {
    Threads threads(1);
    const Angles angles(1, 6, 1);
    Strided x = random_matrix(1, 24, 2);
    x(0, 12 + 2) = std::numeric_limits<float>::quiet_NaN();
    cpu::rotate(threads, x.view(), angles.cosine.view(), angles.sine.view(), 12);
    for (Index i = 0; i < 24; ++i) CHECK(std::isnan(x(0, i)) == (i == 12 + 2 || i == 12 + 8));
  });
}

TEST_CASE("rotation gives the same bits for any number of threads") {
  with_each_instruction_set([] {
    const Angles angles(90, 7, 1);
    Strided first = random_matrix(90, 42, 2);
    Threads alone(1);
    cpu::rotate(alone, first.view(), angles.cosine.view(), angles.sine.view(), 14);
    for (const int size : team_sizes) {
      Threads threads(size);
      Strided x = random_matrix(90, 42, 2);
      cpu::rotate(threads, x.view(), angles.cosine.view(), angles.sine.view(), 14);
      CHECK(same_bits(x.view(), first.view()));
    }
  });
}
