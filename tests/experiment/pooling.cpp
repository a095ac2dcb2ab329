// One vector a sequence.
#include "neuroglot/experiment/pooling.hpp"

#include <catch2/catch.hpp>

using namespace neuroglot;

TEST_CASE("the three poolings of two packed sequences") {
  const PackedBatch batch{{1, 2, 3}, {4}};
  Matrix<float> hidden(4, 2);
  for (Index row = 0; row < 4; ++row)
    for (Index col = 0; col < 2; ++col) hidden(row, col) = static_cast<float>(10 * row + col);
  const auto mean = pooled<MeanPooling>(std::as_const(hidden).view(), batch);
  const auto first = pooled<ClsPooling>(std::as_const(hidden).view(), batch);
  const auto last = pooled<LastPooling>(std::as_const(hidden).view(), batch);
  CHECK((mean(0, 0) == 10 && mean(0, 1) == 11 && mean(1, 0) == 30));
  CHECK((first(0, 0) == 0 && first(1, 1) == 31));
  CHECK((last(0, 0) == 20 && last(1, 1) == 31));
}

TEST_CASE("a pooling that there is not is refused with those there are") {
  CHECK_THROWS_WITH(with_pooling("max", [](auto) { return 0; }), Catch::Contains("\"max\"") && Catch::Contains("mean"));
}
