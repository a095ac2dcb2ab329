// P@1 against sizes of corpora: the paper's five coefficients, scipy's numbers, and files of every form.
#include "neuroglot/experiment/facts/factors.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/facts/one_token.hpp"
#include "neuroglot/experiment/facts/read_language_numbers.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

const std::vector<double> sizes = {705905, 3571318, 148369, 1819543, 280766, 2.0e6};
const std::vector<double> p1 = {12.5, 18.1, 3.25, 6.5, 3.25, 16.0};

const std::filesystem::path shared_data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "../../shared/data";

LanguageNumbers column(const std::filesystem::path& file, const std::string& name) {
  for (LanguageNumbers& of : read_language_numbers(file))
    if (of.name == name) return of;
  FAIL(file << " has no column " << name);
  return {};
}

Hit hit(const std::string& uuid, const std::string& object, Index tokens, bool full) {
  return {uuid, "P1", object, tokens, full, full, full, full ? tokens : 0, "", std::nullopt};
}

}  // namespace

TEST_CASE("Pearson's and Spearman's coefficients are scipy 1.16's") {
  const Correlation pearson = correlate<Pearson>(sizes, p1);
  CHECK(*pearson.r == Approx(0.8000386324136356).epsilon(1e-12));
  CHECK(*pearson.p == Approx(0.05597914028762173).epsilon(1e-9));
  CHECK(*pearson.low == Approx(-0.03285429524523521).epsilon(1e-9));
  CHECK(*pearson.high == Approx(0.9771533906435582).epsilon(1e-9));
  const Correlation spearman = correlate<Spearman>(sizes, p1);
  CHECK(*spearman.r == Approx(0.9276336570439175).epsilon(1e-12));
  CHECK(*spearman.p == Approx(0.00766584418747316).epsilon(1e-9));
}

TEST_CASE("what is not defined is absent") {
  CHECK_FALSE(correlate<Pearson>(std::vector<double>{1}, std::vector<double>{2}).r.has_value());
  CHECK_FALSE(correlate<Pearson>(std::vector<double>{1, 2, 3}, std::vector<double>{5, 5, 5}).r.has_value());
  const Correlation three = correlate<Pearson>(std::vector<double>{1, 2, 3}, std::vector<double>{1, 3, 2});
  CHECK(three.p.has_value());
  CHECK_FALSE(three.low.has_value());
}

TEST_CASE("the paper's five coefficients come out of its own table and sizes") {
  if (!std::filesystem::exists(shared_data / "zhao2024_p1_table.csv")) {
    WARN("skipped: ../shared/data is not there");
    return;
  }
  const LanguageNumbers mbert = column(shared_data / "zhao2024_p1_table.csv", "mbert_full");
  const std::array<std::pair<const char*, double>, 5> expected = {{{"title_cnts", .4319},
                                                                   {"wiki_article_sizes", .4352},
                                                                   {"wiki_article_gz_sizes", .4518},
                                                                   {"wiki_abstract_sizes", .5148},
                                                                   {"wiki_abstract_gz_sizes", .4817}}};
  for (const auto& [name, r] : expected) {
    INFO(name);
    const Factor factor =
        measure_factor(mbert, column(shared_data / "wiki2018_sizes" / (std::string(name) + ".txt"), name));
    CHECK(*factor.pearson.r == Approx(r).margin(5e-5));
  }
}

TEST_CASE("a language without a size or without P@1 is named and left out") {
  const FactorPoints points =
      factor_points({"p1", "", {{"en", 1}, {"fr", 2}, {"xx", 3}}}, {"size", "", {{"fr", 10}, {"en", 20}, {"yy", 1}}});
  CHECK(points.languages == std::vector<std::string>{"en", "fr"});
  CHECK(points.size == std::vector<double>{20, 10});
  CHECK(points.without_size == std::vector<std::string>{"xx"});
  CHECK(points.without_p1 == std::vector<std::string>{"yy"});
}

TEST_CASE("sizes are read in either order, as JSON and as columns; what can not be meant names file and line") {
  const Scratch folder;
  CHECK(*read_language_numbers(folder.write("a.txt", "fi 7\n8\tfr\n"))[0].of("fr") == 8);
  CHECK(*read_language_numbers(folder.write("b.txt", "{\"ms\": 1.5}"))[0].of("ms") == 1.5);
  const auto columns = read_language_numbers(folder.write("c.csv", "lang,name,full\nen,English,19.07\n"));
  REQUIRE(columns.size() == 1);
  CHECK(columns[0].name == "full");
  CHECK_THROWS_WITH(read_language_numbers(folder.write("d.txt", "fi 7\nfi 8\n")), Contains("d.txt:2"));
  CHECK_THROWS_WITH(read_language_numbers(folder.write("e.txt", "fi 7\nfr -1\n")), Contains("below 0"));
  CHECK_THROWS_WITH(read_language_numbers(folder.write("f.txt", "")), Contains("no number"));
}

TEST_CASE("one-token P@1 is the mean over objects, not over facts") {
  Hits hits;
  hits.languages.push_back(
      {"en", {hit("1", "Q1", 1, true), hit("2", "Q1", 1, false), hit("3", "Q2", 1, true), hit("4", "Q3", 2, true)}});
  const OneToken of = one_token(hits, Match::full).at(0);
  CHECK(of.entities == 2);
  CHECK(*of.p1 == Approx(75));  // Q1 one of two, Q2 one of one; Q3 has two tokens
}
