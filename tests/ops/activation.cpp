// SiLU: the equation by hand, the vector code against the plain loop in fp64.
#include "neuroglot/ops/activation.hpp"

#include "neuroglot/ops/cpu/activation.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

void check_silu(Strided x, Tolerance tolerance) {
  Threads threads(1);
  Matrix<double> wide = in_double(x.view());
  reference::activate(Silu{}, wide.view());
  cpu::activate(threads, Silu{}, x.view());
  check_close(x.view(), wide.view(), tolerance);
  CHECK(x.gaps_untouched());
}

Strided row_of(const std::vector<float>& values) {
  Strided x(1, static_cast<Index>(values.size()));
  std::copy(values.begin(), values.end(), x.view().row(0).data());
  return x;
}

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("silu(0) is 0, silu(1) is 0.7310586, silu(-1) is -0.2689414") {
  CHECK(Silu::apply(0.0) == 0);
  CHECK(Silu::apply(1.0) == Approx(0.7310585786300049).epsilon(1e-15));
  CHECK(Silu::apply(-1.0) == Approx(-0.2689414213699951).epsilon(1e-15));
}

TEST_CASE("silu agrees with fp64 to a few units in the last place for widths 1 to 40") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 40; ++cols)
      for (const float scale : {1.0f, 20.0f, 87.0f}) check_silu(random_matrix(3, cols, 1, scale), {5e-7, 1e-37});
  });
}

TEST_CASE("silu of more rows than a thread takes at a time agrees with fp64") {
  with_each_instruction_set([] {
    for (const Index rows : {15, 16, 17, 33}) check_silu(random_matrix(rows, 11, 2, 4.0f), {5e-7, 1e-37});
  });
}

TEST_CASE("silu of denormals, zeros of both signs and the largest floats agrees with fp64") {
  with_each_instruction_set([] {
    // below -88.7 the true value, at most 3e-37, is less than a float's exponential can tell from zero, as in torch
    check_silu(
        row_of({1e-45f, -1e-45f, 1e-39f, -1e-39f, 0.0f, -0.0f, 3.4e38f, -3.4e38f, 88.0f, -88.0f, 100.0f, -100.0f}),
        {5e-7, 3e-37});
  });
}

TEST_CASE("silu keeps the sign of zero, and a denormal is half of itself rather than flushed to zero") {
  with_each_instruction_set([] {
    Threads threads(1);
    Strided x = row_of({-0.0f, 2e-40f});
    cpu::activate(threads, Silu{}, x.view());
    CHECK(std::signbit(x(0, 0)));
    CHECK(x(0, 1) == 1e-40f);
  });
}

TEST_CASE("silu of NaN is NaN, of infinity infinity, of minus infinity NaN as in the plain loop") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 17; ++cols)
      for (const float value : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
        Strided x = random_matrix(1, cols, 3);
        x(0, cols - 1) = value;
        check_silu(x, {5e-7, 1e-37});
      }
  });
}

TEST_CASE("silu gives the same bits for any number of threads") {
  with_each_instruction_set([] {
    Strided first = random_matrix(70, 37, 7, 5.0f);
    Threads alone(1);
    cpu::activate(alone, Silu{}, first.view());
    for (const int size : team_sizes) {
      Threads threads(size);
      Strided x = random_matrix(70, 37, 7, 5.0f);
      cpu::activate(threads, Silu{}, x.view());
      CHECK(same_bits(x.view(), first.view()));
    }
  });
}
