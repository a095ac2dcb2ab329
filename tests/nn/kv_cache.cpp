// The cache of keys and values: what it keeps, and the batches it refuses.
#include "neuroglot/nn/kv_cache.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "neuroglot/ops/cpu/backend.hpp"

using namespace neuroglot;

namespace {

PackedBatch batch_of(std::initializer_list<std::pair<Index /* first position */, Index /* tokens */>> sequences) {
  PackedBatch batch;
  for (const auto& [first, tokens] : sequences)
    batch.add(std::vector<std::int32_t>(static_cast<std::size_t>(tokens), 7), first);
  return batch;
}

Matrix<float> filled(Index rows, Index cols, float value) {
  Matrix<float> m(rows, cols);
  std::fill_n(m.view().data, rows * cols, value);
  return m;
}

}  // namespace

TEST_CASE("keys and values of earlier passes come first, layer by layer and sequence by sequence") {
  Cpu cpu(1);
  KvCache<Cpu> cache(2, 2, 5, 3);
  const PackedBatch first = batch_of({{0, 2}, {0, 1}}), second = batch_of({{2, 1}, {1, 4}});
  float value = 0;
  for (const PackedBatch& batch : {first, second}) {
    cache.require_fit(batch);
    for (Index layer = 0; layer < 2; ++layer)
      for (Index s = 0; s < 2; ++s) {
        const Matrix<float> k = filled(batch.length(s), 3, ++value), v = filled(batch.length(s), 3, -value);
        cache.append(cpu, layer, s, k.view(), v.view());
      }
    cache.advance(batch);
  }
  CHECK((cache.length(0) == 3 && cache.length(1) == 5));
  const auto column = [](MatrixView<const float> m) {
    std::vector<float> values;
    for (Index row = 0; row < m.rows; ++row) values.push_back(m(row, 2));
    return values;
  };
  CHECK(column(cache.keys(0, 0, 3)) == std::vector<float>{1, 1, 5});
  CHECK(column(cache.keys(0, 1, 5)) == std::vector<float>{2, 6, 6, 6, 6});
  CHECK(column(cache.keys(1, 0, 3)) == std::vector<float>{3, 3, 7});
  CHECK(column(cache.values(1, 1, 5)) == std::vector<float>{-4, -8, -8, -8, -8});
}

TEST_CASE("a batch that does not go on where the cache stands is refused with both positions") {
  KvCache<Cpu> cache(1, 2, 10, 3);
  cache.advance(batch_of({{0, 4}, {0, 2}}));
  CHECK_NOTHROW(cache.require_fit(batch_of({{4, 1}, {2, 3}})));
  CHECK_THROWS_WITH(cache.require_fit(batch_of({{4, 1}, {0, 3}})),
                    Catch::Contains("sequence 1") && Catch::Contains("position 0") && Catch::Contains("2 tokens"));
  CHECK_THROWS_WITH(cache.require_fit(batch_of({{5, 1}, {2, 1}})),
                    Catch::Contains("sequence 0") && Catch::Contains("position 5"));
}

TEST_CASE("a batch for which the cache has no room is refused with both lengths") {
  KvCache<Cpu> cache(1, 1, 5, 3);
  CHECK_NOTHROW(cache.require_fit(batch_of({{0, 5}})));
  CHECK_THROWS_WITH(cache.require_fit(batch_of({{0, 6}})),
                    Catch::Contains("6 tokens") && Catch::Contains("room for 5"));
}

TEST_CASE("a batch of another number of sequences is refused") {
  KvCache<Cpu> cache(1, 2, 5, 3);
  CHECK_THROWS_WITH(cache.require_fit(batch_of({{0, 1}})),
                    Catch::Contains("1 sequences") && Catch::Contains("made for 2"));
}

TEST_CASE("sequences that go on keep their keys and values when others are left behind, and are numbered anew") {
  Cpu cpu(1);
  KvCache<Cpu> cache(1, 3, 4, 2);
  const auto pass = [&](const PackedBatch& batch, std::vector<float> value_of_sequence) {
    cache.require_fit(batch);
    for (Index s = 0; s < batch.sequences(); ++s) {
      const Matrix<float> rows = filled(batch.length(s), 2, value_of_sequence[static_cast<std::size_t>(s)]);
      cache.append(cpu, 0, s, rows.view(), rows.view());
    }
    cache.advance(batch);
  };
  pass(batch_of({{0, 2}, {0, 1}, {0, 3}}), {1, 2, 3});
  cache.keep(std::vector<Index>{0, 2});
  pass(batch_of({{2, 1}, {3, 1}}), {4, 5});
  cache.keep(std::vector<Index>{1});
  CHECK((cache.sequences() == 1 && cache.length(0) == 4));
  CHECK((cache.keys(0, 0, 4)(0, 0) == 3 && cache.values(0, 0, 4)(2, 1) == 3 && cache.keys(0, 0, 4)(3, 0) == 5));
  CHECK_THROWS_WITH(cache.require_fit(batch_of({{4, 1}, {4, 1}})), Catch::Contains("made for 1"));
}

TEST_CASE("sequences are kept in their order, each once, and of those there are") {
  KvCache<Cpu> cache(1, 3, 4, 2);
  for (const std::vector<Index>& wrong : {std::vector<Index>{1, 0}, {2, 2}, {3}, {-1}})
    CHECK_THROWS_AS(cache.keep(wrong), Error);
  CHECK(cache.sequences() == 3);
}
