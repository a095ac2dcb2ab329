// What a report makes of roots.json: bars whose lengths are the counts, and errors that name the field.
#include <catch2/catch.hpp>
#include <string>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/facts/report_roots_section.hpp"
#include "neuroglot/experiment/facts/roots_file.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

/// Two languages, the second without a corpus.
std::vector<LanguageRoots> two_languages() {
  std::vector<LanguageRoots> all(2);
  all[0].language = "en";
  all[0].corpus = SearchedCorpus{};
  all[0].corpus->articles = 12;
  all[0].facts.resize(10);
  all[0].cells.at(Presence::present, Asked::predicted) = 3;
  all[0].cells.at(Presence::absent, Asked::predicted) = 6;
  all[0].cells.at(Presence::absent, Asked::not_probed) = 1;
  all[0].types = {1, 2, 3};
  all[0].finer = {0, 2, 0, 0, 0, 1};
  all[1].language = "xx<y";
  all[1].facts.resize(4);
  all[1].cells.at(Presence::no_corpus, Asked::predicted) = 4;
  return all;
}

std::string roots_text() {
  RootsWords words;
  words.all_facts = 11;
  words.match = "full";
  words.near_misses = true;
  return roots_json(two_languages(), words, {{"program", "ng-roots"}}).dump(1);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("a report reads the counts of roots.json") {
  const Scratch folder;
  const report::RootsSection roots = report::read_roots(folder.write("roots.json", roots_text()));
  CHECK(roots.facts == 11);
  CHECK(roots.names() == std::vector<std::string>{"en", "xx<y"});
  CHECK(roots.languages[0].cells.at(Presence::absent, Asked::predicted) == 6);
  CHECK(roots.languages[1].articles == 0);
  CHECK(roots.types == std::vector<Index>{1, 2, 3});
  CHECK(roots.finer.back() == 1);
  CHECK((roots.near_misses && !roots.guesses));
}

TEST_CASE("a roots.json that can not be meant is refused by file and field") {
  const Scratch folder;
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& field) {
    CHECK_THROWS_WITH(report::read_roots(folder.write("roots.json", replaced(roots_text(), from, to))),
                      Contains("roots.json") && Contains(field));
  };
  refused("\"chunk\"", "\"chunks\"", "\"chunk\" is missing");
  refused("\"naming_cues\": 2", "\"naming_cues\": -2", "types: naming_cues");
  refused("\"near_miss\": true", "\"near_miss\": 1", "measured: near_miss");
  refused("\"not_probed\": 1", "\"not_probed\": \"1\"", "languages[0]: cells: absent: not_probed");
}

TEST_CASE("a section has a figure of cells, of types and of finer kinds") {
  const Scratch folder;
  const report::RootsSection roots = report::read_roots(folder.write("roots.json", roots_text()));
  std::vector<Figure> figures;
  const std::string page = report::roots_html(roots, [&](Figure figure, const std::string& caption) {
    figures.push_back(std::move(figure));
    return caption;
  });
  REQUIRE(figures.size() == 3);
  CHECK(figures[0].script.find(gnuplot_string("xx<y")) != std::string::npos);
  CHECK(figures[1].script.find(gnuplot_string("xx<y")) == std::string::npos);  // it has no corpus
  CHECK_THAT(page, Contains("6 of 9 predicted facts (67%)") && Contains("naming cues 2") && Contains("xx&lt;y"));
  CHECK_THAT(page, Contains("no corpus") && Contains("The model was not asked without subjects."));
}

TEST_CASE("bars are as long as their values") {
  const report::StackedBars bars{{"a", "b"}, {{"x", "#111111", {10, 5}}, {"y", "#222222", {30, 0}}}, "n"};
  const std::string script = report::stacked_bars("bars", "Bars", bars).script;
  const auto count = [&](const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = script.find(part); at != std::string::npos; at = script.find(part, at + 1)) ++n;
    return n;
  };
  CHECK(count("\"#111111\"") == 3);  // two bars and the key
  CHECK(count("\"#222222\"") == 2);  // no bar for a value of 0
  // 640 pixels are 40: the bars of a end at a quarter and at all of them, from 24 + 8.5 * 2
  CHECK(script.find("from 41,") != std::string::npos);
  CHECK(script.find("to 201,") != std::string::npos);
  CHECK(script.find("to 681,") != std::string::npos);
}
