// RMS normalisation: the equation by hand, the vector code against the plain loop in fp64.
#include "neuroglot/ops/rms_norm.hpp"

#include "neuroglot/ops/cpu/rms_norm.hpp"
#include "ops/compare.hpp"

using namespace neuroglot;

namespace {

Matrix<double> expected_rms_norm(MatrixView<const float> x, const std::vector<float>& weight, float eps) {
  const std::vector<double> wide(weight.begin(), weight.end());
  Matrix<double> y = in_double(x);
  reference::rms_norm<double>(y.view(), wide.data(), static_cast<double>(eps), y.view());
  return y;
}

void check_rms_norm(const Strided& x, float eps, Tolerance tolerance) {
  Threads threads(1);
  const auto weight = random_vector(x.view().cols, 2);
  Strided y(x.view().rows, x.view().cols, 3);
  cpu::rms_norm(threads, x.view(), weight.data(), eps, y.view());
  check_close(y.view(), expected_rms_norm(x.view(), weight, eps).view(), tolerance);
  CHECK(y.gaps_untouched());
}

}  // namespace

TEST_CASE("rms_norm of (3, 4) with weights (1, 2) is (3, 8) / sqrt(12.5)") {
  Matrix<double> x(1, 2);
  x(0, 0) = 3;
  x(0, 1) = 4;
  const double weight[] = {1, 2};
  reference::rms_norm<double>(x.view(), weight, 0.0, x.view());
  CHECK(x(0, 0) == Approx(3 / std::sqrt(12.5)).epsilon(1e-14));
  CHECK(x(0, 1) == Approx(8 / std::sqrt(12.5)).epsilon(1e-14));
}

TEST_CASE("rms_norm agrees with fp64 for widths 1 to 40 and the wide ones of real models") {
  with_each_instruction_set([] {
    for (Index cols = 1; cols <= 40; ++cols) check_rms_norm(random_matrix(3, cols, 1), 1e-5f, {1e-6, 1e-12});
    for (const Index cols : {576, 2048, 4097}) check_rms_norm(random_matrix(2, cols, 1), 1e-5f, {3e-6, 1e-12});
  });
}

TEST_CASE("rms_norm of more rows than a thread takes at a time agrees with fp64") {
  with_each_instruction_set([] {
    for (const Index rows : {31, 32, 33, 65}) check_rms_norm(random_matrix(rows, 19, 4), 1e-6f, {1e-6, 1e-12});
  });
}

TEST_CASE("rms_norm of denormals and of magnitudes up to 1e18 agrees with fp64") {
  with_each_instruction_set([] {
    check_rms_norm(random_matrix(3, 21, 5, 1e-39f), 1e-5f, {1e-5, 1e-44});
    check_rms_norm(random_matrix(3, 21, 5, 1e18f), 1e-5f, {1e-6, 0});
    check_rms_norm(Strided(random_matrix(3, 21, 5, 0.0f)), 1e-5f, {0, 0});
  });
}

TEST_CASE("a NaN makes its own row of rms_norm NaN and leaves the others alone") {
  with_each_instruction_set([] {
    for (const Index at : {0, 7, 8, 18}) {
      Strided x = random_matrix(3, 19, 6);
      x(1, at) = std::numeric_limits<float>::quiet_NaN();
      check_rms_norm(x, 1e-5f, {1e-6, 1e-12});
    }
  });
}

TEST_CASE("rms_norm may write over what it reads, and gives the same bits for any number of threads") {
  with_each_instruction_set([] {
    const auto weight = random_vector(37, 2);
    const Strided x = random_matrix(100, 37, 7);
    Strided first(100, 37);
    Threads alone(1);
    cpu::rms_norm(alone, x.view(), weight.data(), 1e-5f, first.view());
    for (const int size : team_sizes) {
      Threads threads(size);
      Strided y = random_matrix(100, 37, 7);
      cpu::rms_norm(threads, y.view(), weight.data(), 1e-5f, y.view());
      CHECK(same_bits(y.view(), first.view()));
    }
  });
}
