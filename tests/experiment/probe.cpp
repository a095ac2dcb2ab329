// What counts as predicted, and which mean is which. (Zhao et al. 2024)
#include "neuroglot/experiment/facts/match.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/analysis/proportion.hpp"
#include "neuroglot/analysis/rank_consistency.hpp"
#include "neuroglot/experiment/facts/bmlama.hpp"
#include "neuroglot/experiment/facts/prompt.hpp"
#include "neuroglot/experiment/facts/read_language_numbers.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;
using Ids = std::vector<TokenId>;

constexpr TokenId space = 6;

FactMatch matched(const Ids& gold, const std::vector<Ids>& predictions) {
  FactMatch match(gold, space);
  for (const Ids& predicted : predictions) match.add(predicted);
  return match;
}

}  // namespace

TEST_CASE("full match is the object's ids with the white-space token dropped from both; exact drops nothing") {
  const FactMatch with_space = matched({6, 10}, {{10}, {6, 11}});
  CHECK(with_space.full());
  CHECK_FALSE(with_space.exact());
  CHECK(with_space.masks() == 1);
  const FactMatch exact = matched({6, 10}, {{11}, {6, 10}});
  CHECK(exact.exact());
  CHECK(exact.masks() == 2);
  CHECK_FALSE(matched({6}, {{6}}).full());
}

TEST_CASE("partial match takes the object's ids in any order and with others between them") {
  const FactMatch match = matched({10, 11}, {{10}, {10, 12}, {11, 12, 10}});
  CHECK(match.partial());
  CHECK_FALSE(match.full());
  CHECK(match.masks() == 3);
  CHECK_FALSE(matched({10, 11}, {{10, 10}}).partial());
}

TEST_CASE("a full match of more masks takes the place of an earlier partial one") {
  const FactMatch match = matched({6, 10, 11}, {{10}, {11, 10}, {6, 10, 11}});
  CHECK(match.full());
  CHECK(match.masks() == 3);
}

TEST_CASE("without a fit the prediction is that of as many masks as the object has tokens") {
  const FactMatch match = matched({10, 11}, {{1}, {2, 3}, {4, 5, 7}});
  CHECK(Ids(match.prediction().begin(), match.prediction().end()) == Ids{2, 3});
  CHECK(match.masks() == 0);
}

TEST_CASE("the sentence of a fact keeps whatever its labels hold") {
  CHECK(fact_sentence("[X] was born in [Y] .", "A [Y] B", "[MASK]") == "A [Y] B was born in [MASK] .");
  CHECK(fact_sentence("[Y] is where [X] lives", "she", "<mask> <mask>") == "<mask> <mask> is where she lives");
}

TEST_CASE("the paper's \"Macro average\" is the pooled mean, the true macro mean is another number") {
  CHECK(macro_mean(std::vector<double>{10, 40}) == Approx(25));
  CHECK(pooled_mean(std::vector<double>{10, 40}, std::vector<double>{3, 1}) == Approx(17.5));
  const std::filesystem::path table =
      std::filesystem::path(NEUROGLOT_TESTS_DIR) / "../../shared/data/zhao2024_p1_table.csv";
  if (!std::filesystem::exists(table)) {
    WARN("skipped: ../shared/data is not there");
    return;
  }
  const std::vector<LanguageNumbers> columns = read_language_numbers(table);
  const auto values = [&](const std::string& name) {
    std::vector<double> all;
    for (const LanguageNumbers& column : columns)
      if (column.name == name)
        for (const auto& [language, value] : column.values) all.push_back(value);
    return all;
  };
  const std::vector<double> facts = values("n_facts");
  const std::vector<std::string> names = {"mbert_full", "mbert_partial", "xlmr_full", "xlmr_partial"};
  const std::vector<double> pooled = {8.85, 11.84, 6.88, 9.52}, macro = {7.25, 9.91, 5.79, 8.14};
  for (std::size_t i = 0; i < names.size(); ++i) {
    INFO(names[i]);
    CHECK(pooled_mean(values(names[i]), facts) == Approx(pooled[i]).margin(0.006));
    CHECK(macro_mean(values(names[i])) == Approx(macro[i]).margin(0.006));
  }
}

TEST_CASE("Wilson's interval of 0 of 10 is that of his formula and does not shrink to a point") {
  const ProportionInterval none = wilson_interval({0, 10});
  CHECK(none.low == 0);
  CHECK(none.high == Approx(0.2775328).epsilon(1e-6));  // z^2 / (n + z^2)
  CHECK(wilson_interval({0, 0}).high == 1);
}

TEST_CASE("RankC is 1 for equal orders; the first places weigh most") {
  const std::vector<Index> one = {1, 2, 3};
  CHECK(rank_consistency(one, one) == Approx(1));
  const double e1 = std::exp(-1.0), e2 = std::exp(-2.0);
  CHECK(rank_consistency(one, std::vector<Index>{2, 1, 3}) == Approx((e1 + e2) / (1 + e1 + e2)));
  CHECK_THROWS_WITH(rank_consistency(one, std::vector<Index>{1, 2, 4}), Contains("not of the same candidates"));
}

TEST_CASE("a comma inside a candidate does not part it where the file knows the whole as an answer") {
  bool ambiguous = false;
  CHECK(split_candidates("Venice, Washington, D.C., Rome", {"Washington, D.C.", "Rome"}, ambiguous) ==
        std::vector<std::string>{"Venice", "Washington, D.C.", "Rome"});
  CHECK_FALSE(ambiguous);
  CHECK(split_candidates("A, B", {"A", "B", "A, B"}, ambiguous).size() == 1);
  CHECK(ambiguous);
}

TEST_CASE("a row of BMLAMA without its one mask is left out by name") {
  const Scratch folder;
  folder.write("en.tsv",
               "Prompt\tAns\tCandidate Ans\tSubject\nA died in <mask>.\tRome\tVenice, Rome\tA\nno mask\tx\tx\tA\n");
  const QuerySet set = read_bmlama(folder.path(""));
  CHECK(set.languages[0].relations[0].queries.size() == 1);
  REQUIRE(set.skipped.size() == 1);
  CHECK_THAT(set.skipped[0].place, Contains("en.tsv:3"));
}
