// Counting: totals against plain loops over captured values; the same bits however sequences are packed and work is
// shared out.
#include "neuroglot/hooks/count.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "hooks/small_model.hpp"
#include "neuroglot/hooks/capture.hpp"

using namespace neuroglot;

namespace {

constexpr Index layers = 4, neurons = 100;

struct Totals {
  std::vector<std::int64_t> positive = std::vector<std::int64_t>(layers * neurons, 0);
  std::vector<double> sum = std::vector<double>(layers * neurons, 0), sum_of_squares = sum;
};

Count<> counted(int team, const std::vector<PackedBatch>& batches) {
  SmallModel model(team);
  Count<> count(layers, neurons, team > 1 ? &model.team() : nullptr);
  for (const PackedBatch& batch : batches) model.run(batch, count);
  return count;
}

void check_same(const Count<>& a, const Count<>& b) {
  CHECK(a.positive() == b.positive());
  CHECK(a.sum() == b.sum());
  CHECK(a.sum_of_squares() == b.sum_of_squares());
}

}  // namespace

TEST_CASE("counts, sums and sums of squares are those of a plain loop over the captured activations") {
  SmallModel model;
  Count<> count(layers, neurons);
  Capture<site::mlp_act> capture;
  model.run(random_batch({23}), count, capture);
  Totals expected;
  for (Index layer = 0; layer < layers; ++layer) {
    const std::vector<float>& values = capture.at(site::full_name(site::mlp_act{}, layer)).values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(layer * neurons) + i % neurons;
      const auto value = static_cast<double>(values[i]);
      expected.positive[at] += value > 0 ? 1 : 0;
      expected.sum[at] += value;
      expected.sum_of_squares[at] += value * value;
    }
  }
  CHECK(count.positive() == expected.positive);
  CHECK(count.sum() == expected.sum);
  CHECK(count.sum_of_squares() == expected.sum_of_squares);
  CHECK(*std::max_element(count.positive().begin(), count.positive().end()) > 0);
}

TEST_CASE("the totals' bits are the same for batches of 1, 3 and 6 sequences and for 1, 2 and 5 threads") {
  const Count<> first = counted(1, {random_batch({7, 1, 64, 20, 3, 12})});
  check_same(counted(1, {random_batch({7}), random_batch({1}), random_batch({64}), random_batch({20}),
                         random_batch({3}), random_batch({12})}),
             first);
  check_same(counted(2, {random_batch({7, 1, 64}), random_batch({20, 3, 12})}), first);
  check_same(counted(5, {random_batch({7}), random_batch({1, 64, 20, 3, 12})}), first);
}

TEST_CASE("a count that resumes from earlier totals ends with the totals of one run") {
  const PackedBatch a = random_batch({30}), b = random_batch({11});
  const Count<> whole = counted(1, {a, b}), half = counted(1, {a});
  SmallModel model;
  Count<> resumed(layers, neurons);
  resumed.resume(half.positive(), half.sum(), half.sum_of_squares());
  model.run(b, resumed);
  check_same(resumed, whole);
  CHECK_THROWS_WITH(resumed.resume({1, 2}, {1, 2}, {1, 2}), Catch::Contains("2 neurons"));
}

TEST_CASE("a count made for another width, or for fewer layers, is refused and not written past its end") {
  SmallModel model;
  Count<> narrow(layers, 99), shallow(2, neurons);
  CHECK_THROWS_WITH(model.run(random_batch({3}), narrow), Catch::Contains("99") && Catch::Contains("100"));
  CHECK_THROWS_WITH(model.run(random_batch({3}), shallow), Catch::Contains("2 layers"));
}

TEST_CASE("another site can be counted: values above zero of the residual stream") {
  SmallModel model;
  Count<site::resid_post> count(layers, 64);
  Capture<site::resid_post> capture;
  model.run(random_batch({9}), count, capture);
  const std::vector<float>& values = capture.at("blocks.3.hook_resid_post").values;
  std::int64_t positive = 0;
  for (std::size_t row = 0; row < 9; ++row) positive += values[row * 64 + 5] > 0 ? 1 : 0;
  CHECK(count.positive()[3 * 64 + 5] == positive);
}
