// The team of threads and the scratch memory that every pass leans on.
#include "neuroglot/core/threads.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "neuroglot/core/workspace.hpp"

using namespace neuroglot;

TEST_CASE("every chunk of a loop runs exactly once, for any team size") {
  for (int size : {1, 2, 5}) {
    Threads threads(size);
    REQUIRE(threads.size() == size);
    for (Index chunks : {0, 1, 2, 1000}) {
      std::vector<int> runs(static_cast<std::size_t>(chunks), 0);
      threads.for_each(chunks, [&](Index chunk, int) { ++runs[static_cast<std::size_t>(chunk)]; });
      CHECK(std::count(runs.begin(), runs.end(), 1) == chunks);
    }
  }
}

TEST_CASE("ranges cover a loop without gap or overlap, the last one shorter") {
  Threads threads(2);
  std::vector<int> seen(101, 0);
  threads.for_ranges(101, 10, [&](Index first, Index count, int) {
    for (Index i = first; i < first + count; ++i) ++seen[static_cast<std::size_t>(i)];
  });
  CHECK(std::accumulate(seen.begin(), seen.end(), 0) == 101);
  CHECK(*std::max_element(seen.begin(), seen.end()) == 1);
}

TEST_CASE("an exception in a chunk reaches the caller, and the team works on") {
  Threads threads(2);
  CHECK_THROWS_AS(threads.for_each(100,
                                   [](Index chunk, int) {
                                     if (chunk == 57) throw error("chunk 57");
                                   }),
                  Error);
  std::atomic<int> done{0};
  threads.for_each(100, [&](Index, int) { ++done; });
  CHECK(done == 100);
}

TEST_CASE("after the first pass a workspace allocates nothing more") {
  Workspace workspace;
  const auto pass = [&] {
    Workspace::Scope scope(workspace);
    auto a = workspace.matrix<float>(100, 100);
    auto b = workspace.matrix<float>(300, 100);
    CHECK(reinterpret_cast<std::size_t>(b.data) % 64 == 0);
    CHECK((b.data + 300 * 100 <= a.data || a.data + 100 * 100 <= b.data));
  };
  pass();
  const std::size_t capacity = workspace.capacity();
  pass();
  CHECK(workspace.capacity() == capacity);
}
