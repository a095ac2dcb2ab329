#include "neuroglot/experiment/bootstrap.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <vector>

#include "neuroglot/experiment/perplexity_statistics.hpp"
#include "neuroglot/io/json.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path goldens = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/bootstrap.json";

void check_ends(const Interval& interval, const nlohmann::json& expected) {
  CHECK(interval.low == Approx(expected[0].get<double>()).epsilon(1e-12));
  CHECK(interval.high == Approx(expected[1].get<double>()).epsilon(1e-12));
}

/// Rows none, fr and two random controls over one language.
PerplexityMatrix small_matrix() {
  PerplexityMatrix matrix({{"none", "", "none", {}},
                           {"fr", "lape 1%", "fr", {}},
                           {"random", "lape 1%", "random", 1},
                           {"random, seed 2", "lape 1%", "random", 2}},
                          {"fr"});
  matrix.fill(0, 0, {1, 2, 3});
  matrix.fill(1, 0, {1.5, 2.5, 3.5});
  matrix.fill(2, 0, {1.1, 2.1, 3.1});
  matrix.fill(3, 0, {1.3, 2.3, 3.3});
  return matrix;
}

}  // namespace

TEST_CASE("intervals are those of an independent computation in numpy") {
  for (const auto& golden : read_json(goldens)) {
    const auto none = golden["none"].get<std::vector<double>>(), off = golden["off"].get<std::vector<double>>();
    const Bootstrap bootstrap(none.size(), {1000, 0.95, golden["seed"].get<std::uint64_t>()});
    const std::vector<double> before = bootstrap.means(none), after = bootstrap.means(off);
    std::vector<double> difference(before.size()), of_perplexities(before.size());
    for (std::size_t b = 0; b < before.size(); ++b) {
      difference[b] = after[b] - before[b];
      of_perplexities[b] = std::exp(after[b]) - std::exp(before[b]);
    }
    check_ends(bootstrap.interval(after), golden["mean"]);
    check_ends(bootstrap.interval(difference), golden["difference"]);
    check_ends(bootstrap.interval(of_perplexities), golden["ppl_difference"]);
  }
}

TEST_CASE("a quantile lies between order statistics") {
  CHECK(quantile({4, 1, 2}, 0.25) == 1.5);
  CHECK(quantile({4, 1, 2}, 0.75) == 3);
  CHECK(quantile({4, 1, 2}, 1) == 4);
  CHECK(quantile({7}, 0.975) == 7);
}

TEST_CASE("blocks that are alike give an interval of no width, two that differ one from the one to the other") {
  const Bootstrap of_five(5), of_two(2);
  const Interval none = of_five.interval(of_five.means(std::vector<double>(5, 2.5)));
  CHECK((none.low == 2.5 && none.high == 2.5));
  const Interval all = of_two.interval(of_two.means(std::vector<double>{0, 1}));  // means 0, 1/2, 1 at 1/4, 1/2, 1/4
  CHECK((all.low == 0 && all.high == 1));
}

TEST_CASE("an interval of many blocks is near the one of the normal distribution") {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 2);  // sd 1/2, of the mean 1/40
  const Bootstrap bootstrap(values.size());
  const Interval interval = bootstrap.interval(bootstrap.means(values));
  CHECK(interval.low == Approx(0.5 - 1.96 / 40).margin(0.006));
  CHECK(interval.high == Approx(0.5 + 1.96 / 40).margin(0.006));
}

TEST_CASE("changes are paired: what blocks have in common leaves them") {
  const auto statistics = statistics_of(small_matrix());
  const CellStatistics& fr = statistics[1][0].value();
  CHECK(fr.nll.high - fr.nll.low > 1);
  CHECK(fr.nll_change.low == Approx(0.5));
  CHECK(fr.nll_change.high == Approx(0.5));
  CHECK(fr.ppl_change.low == Approx(std::exp(fr.nll.low) * (1 - std::exp(-0.5))).epsilon(0.01));
}

TEST_CASE("a cell is held against the mean of its set's random rows") {
  const PerplexityMatrix matrix = small_matrix();
  const auto statistics = statistics_of(matrix);
  CHECK(statistics[1][0]->beyond_random.value() == Approx(0.3));
  CHECK(statistics[1][0]->beyond_random_interval->low == Approx(0.3));
  CHECK_FALSE(statistics[0][0]->beyond_random);
  CHECK_FALSE(statistics[2][0]->beyond_random);
  const ControlStatistics control = control_statistics(matrix, {2, 3}, 0);
  CHECK(control.mean == Approx(0.2));
  CHECK(control.sd.value() == Approx(0.2 / std::sqrt(2)));
  CHECK(control.lowest == Approx(0.1));
  CHECK(control.highest == Approx(0.3));
}

TEST_CASE("one block has no interval, one seed no spread") {
  PerplexityMatrix matrix({{"none", "", "none", {}}, {"random", "lape", "random", 1}}, {"fr"});
  matrix.fill(0, 0, {1});
  matrix.fill(1, 0, {2});
  CHECK_FALSE(statistics_of(matrix)[1][0]);
  CHECK_FALSE(control_statistics(matrix, {1}, 0).sd);
}
