// What the tests of ops/ share: strided matrices whose gaps must stay untouched, and the comparison of float results
// with fp64.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/ops/cpu/instruction_set.hpp"

using neuroglot::Index;
using neuroglot::Matrix;
using neuroglot::MatrixView;
using neuroglot::Threads;

/// A (rows, cols) matrix with NaNs between its rows and behind its end: reading them shows in a result, writing them in
/// gaps_untouched().
class Strided {
 public:
  Strided(Index rows, Index cols, Index gap = 5)
      : rows_(rows),
        cols_(cols),
        stride_(cols + gap),
        elements_(static_cast<std::size_t>(rows * stride_), std::numeric_limits<float>::quiet_NaN()) {}

  MatrixView<float> view() { return {elements_.data(), rows_, cols_, stride_}; }
  MatrixView<const float> view() const { return {elements_.data(), rows_, cols_, stride_}; }
  float& operator()(Index row, Index col) { return view()(row, col); }
  const float& operator()(Index row, Index col) const { return view()(row, col); }

  bool gaps_untouched() const {
    for (Index i = 0; i < rows_ * stride_; ++i)
      if (i % stride_ >= cols_ && !std::isnan(elements_[static_cast<std::size_t>(i)])) return false;
    return true;
  }

 private:
  Index rows_, cols_, stride_;
  std::vector<float> elements_;
};

/// The same bits, element by element (a NaN equals itself).
inline bool same_bits(MatrixView<const float> a, MatrixView<const float> b) {
  if (a.rows != b.rows || a.cols != b.cols) return false;
  for (Index row = 0; row < a.rows; ++row)
    if (std::memcmp(a.row(row).data(), b.row(row).data(), static_cast<std::size_t>(a.cols) * sizeof(float)) != 0)
      return false;
  return true;
}

/// Uniform in (-scale, scale), the same numbers for the same seed on every machine.
inline void randomise(MatrixView<float> m, unsigned seed, float scale = 1) {
  std::mt19937 random(seed);
  for (Index row = 0; row < m.rows; ++row)
    for (float& value : m.row(row)) value = scale * (static_cast<float>(random()) * 0x1p-31f - 1);
}

inline Strided random_matrix(Index rows, Index cols, unsigned seed, float scale = 1) {
  Strided m(rows, cols);
  randomise(m.view(), seed, scale);
  return m;
}

inline std::vector<float> random_vector(Index n, unsigned seed, float scale = 1) {
  std::vector<float> values(static_cast<std::size_t>(n));
  randomise({values.data(), 1, n}, seed, scale);
  return values;
}

inline Matrix<double> in_double(MatrixView<const float> m) {
  Matrix<double> wide(m.rows, m.cols);
  for (Index row = 0; row < m.rows; ++row)
    for (Index col = 0; col < m.cols; ++col) wide(row, col) = static_cast<double>(m(row, col));
  return wide;
}

struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

/// NaN agrees with NaN alone, an infinity with itself.
inline bool agree(double found, double expected, Tolerance tolerance) {
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) && std::isnan(found);
  if (std::isinf(expected) || std::isinf(found)) return found == expected;
  return std::abs(found - expected) <= tolerance.absolute + tolerance.relative * std::abs(expected);
}

inline void check_close(MatrixView<const float> found, MatrixView<const double> expected, Tolerance tolerance) {
  REQUIRE(found.rows == expected.rows);
  REQUIRE(found.cols == expected.cols);
  for (Index row = 0; row < found.rows; ++row)
    for (Index col = 0; col < found.cols; ++col) {
      if (agree(static_cast<double>(found(row, col)), expected(row, col), tolerance)) continue;
      INFO("at (" << row << ", " << col << ") of (" << found.rows << ", " << found.cols << ")");
      CHECK(static_cast<double>(found(row, col)) == expected(row, col));
      return;
    }
  CHECK(found.rows == expected.rows);  // all elements agree
}

/// Calls body once for each instruction set of this processor, which it is named by where a check fails.
template <class Body>
void with_each_instruction_set(Body&& body) {
  using namespace neuroglot::cpu;
  const InstructionSet before = instruction_set();
  if (best_instruction_set() < InstructionSet::avx512)
    WARN("tested up to " << name(best_instruction_set()) << ": this processor has no more");
  for (int set = 0; set <= static_cast<int>(best_instruction_set()); ++set) {
    use_instruction_set(static_cast<InstructionSet>(set));
    INFO("instruction set: " << name(instruction_set()));
    body();
  }
  use_instruction_set(before);
}

/// Team sizes that results must not depend on.
inline constexpr int team_sizes[] = {1, 2, 5};
