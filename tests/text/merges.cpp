// Merging: the short and the long algorithm, and a word as a whole.
#include "neuroglot/text/merges.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace neuroglot;

namespace {

/// Pairs over three symbols and all that merges make of them, in random order.
MergeTable random_table(std::mt19937& random) {
  MergeTable table(40);
  TokenId next = 3;
  for (std::uint32_t rank = 0; rank < 40; ++rank) {
    const auto any = [&] { return static_cast<TokenId>(random() % static_cast<unsigned>(next)); };
    const TokenId left = any(), right = any();
    if (table.find(left, right).rank == Merge::none) table.add(left, right, {rank, next++});
  }
  return table;
}

}  // namespace

TEST_CASE("the pair of the lowest rank merges first, of equal pairs the leftmost") {
  MergeTable table(2);
  table.add(0, 1, {1, 10});
  table.add(1, 1, {0, 11});
  MergeMemory memory;
  std::vector<TokenId> ids{0, 1, 1, 1};
  apply_merges(table, ids, memory);
  CHECK(ids == std::vector<TokenId>{0, 11, 1});
}

TEST_CASE("a pair given twice keeps its last merge") {
  MergeTable table(2);
  table.add(0, 1, {0, 10});
  table.add(0, 1, {1, 11});
  CHECK(table.find(0, 1).merged == 11);
}

TEST_CASE("the heap for long words merges as the search through short ones does") {
  std::mt19937 random(1);
  MergeMemory memory;
  for (int round = 0; round < 2000; ++round) {
    const MergeTable table = random_table(random);
    std::vector<TokenId> ids(1 + random() % 60);
    for (TokenId& id : ids) id = static_cast<TokenId>(random() % 3);
    std::vector<TokenId> other = ids;
    detail::merge_short(table, ids, memory.merges);
    detail::merge_long(table, other, memory);
    if (ids != other) FAIL("round " << round);
  }
}

TEST_CASE("no symbols and one symbol stay as they are") {
  const MergeTable table;
  MergeMemory memory;
  std::vector<TokenId> none, one{7};
  apply_merges(table, none, memory);
  apply_merges(table, one, memory);
  CHECK(none.empty());
  CHECK(one == std::vector<TokenId>{7});
}
