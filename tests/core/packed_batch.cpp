// Sequences end to end: rows, offsets, positions.
#include "neuroglot/core/packed_batch.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace neuroglot;

TEST_CASE("sequences lie end to end, with their offsets and positions") {
  const PackedBatch batch{{5, 6, 7}, {8}, {9, 10}};
  CHECK(batch.rows() == 6);
  CHECK(batch.sequences() == 3);
  CHECK(std::ranges::equal(batch.ids(), std::vector<std::int32_t>{5, 6, 7, 8, 9, 10}));
  CHECK(std::ranges::equal(batch.offsets(), std::vector<Index>{0, 3, 4, 6}));
  CHECK(std::ranges::equal(batch.positions(), std::vector<Index>{0, 1, 2, 0, 0, 1}));
  CHECK((batch.begin(2) == 4 && batch.length(2) == 2));
  CHECK(batch.seen(0) == 3);
}

TEST_CASE("a sequence that goes on stands at later positions, and has seen what came before") {
  PackedBatch batch;
  batch.add(std::vector<std::int32_t>{1, 2}, 10);
  CHECK(std::ranges::equal(batch.positions(), std::vector<Index>{10, 11}));
  CHECK(batch.seen(0) == 12);
}

TEST_CASE("an empty sequence is refused, an empty batch is not") {
  PackedBatch batch;
  CHECK(batch.sequences() == 0);
  CHECK_THROWS_AS(batch.add(std::vector<std::int32_t>{}), UsageError);
  CHECK_THROWS_AS((PackedBatch{{1}, {}}), UsageError);
}
