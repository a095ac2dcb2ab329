// Where a curve bends: known curves whose farthest point from the chord can be computed by hand, and those without one.
#include "neuroglot/analysis/knee.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

TEST_CASE("the knee of y = -1/x + 5 on [0.1, 1] is where it lies farthest above the chord") {
  // Satopaa et al. 2011, section II: the curve y = -1/x + 5. Chord slope 10: y' = 1/x^2 = 10 at x = 1 / sqrt(10).
  std::vector<double> x, y;
  for (int i = 1; i <= 10; ++i) {
    x.push_back(i / 10.0);
    y.push_back(-1 / x.back() + 5);
  }
  const Knee knee = knee_of(x, y);
  REQUIRE(knee.at);
  CHECK(x[*knee.at] == Approx(0.3));  // of the tenths 0.3 is the farthest: 1/sqrt(10) = 0.316
  CHECK(knee.distance == Approx((-1 / 0.3 + 10) / 9 - 0.2 / 0.9));
}

TEST_CASE("a curve that is flat, straight, convex or falls has no knee") {
  const std::vector<double> x{1, 2, 3, 4};
  CHECK(knee_of(x, {5, 5, 5, 5}).why_not == "flat");
  CHECK(knee_of(x, {0, 0.001, 0.002, 0.004}).why_not == "flat");
  CHECK(knee_of(x, {4, 3, 2, 1}).why_not == "flat");
  CHECK(knee_of(x, {0, 1, 2, 3}).why_not == "no point lies above the chord");
  CHECK(knee_of(x, {0, 1, 4, 9}).why_not == "no point lies above the chord");
  CHECK(knee_of(x, {0, 1.02, 2.02, 3}).why_not == "too close to the chord");
  for (const auto& y : {std::vector<double>{5, 5, 5, 5}, {0, 1, 4, 9}}) CHECK_FALSE(knee_of(x, y).at);
}

TEST_CASE("of two points equally far above the chord the first is the knee") {
  CHECK(knee_of({0, 1, 2, 3, 4}, {0, 2, 3, 3.5, 4}).at == std::size_t{1});
}

TEST_CASE("points that are no curve are refused") {
  CHECK_THROWS_WITH(knee_of({1, 2}, {1, 2}), Contains("at least 3"));
  CHECK_THROWS_WITH(knee_of({1, 2, 3}, {1, 2}), Contains("at least 3"));
  CHECK_THROWS_WITH(knee_of({1, 2, 2}, {1, 2, 3}), Contains("ascend"));
  CHECK_THROWS_WITH(knee_of({1, 2, 3}, {1, std::nan(""), 3}), Contains("finite"));
}
