// The policies of docs/metric.md, compiled as they stand there: they work with select() and with ng-select unchanged.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "neuroglot/analysis/lape.hpp"
#include "neuroglot/analysis/select.hpp"

#include "own_policy.hpp"
#include "own_score.hpp"
#include "own_selection.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path tests = NEUROGLOT_TESTS_DIR;

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// As a code block of Markdown: each line that is not empty four columns further in.
std::string indented(const std::string& text) {
  std::string block;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n' && (i == 0 || text[i - 1] == '\n')) block += "    ";
    block += text[i];
  }
  return block;
}

ActivationStatistics example() {
  ActivationStatistics statistics({"en", "fr"}, 1, 3);
  statistics.tokens = {100, 100};
  statistics.count = {{{50, 90, 10}}, {{50, 5, 20}}};
  return statistics;
}

}  // namespace

TEST_CASE("docs/metric.md shows these very policies") {
  const std::string page = text_of_file(tests / "../docs/metric.md");
  for (const char* const file : {"own_policy.hpp", "own_score.hpp", "own_selection.hpp"}) {
    INFO(file);
    CHECK(page.find(indented(text_of_file(tests / "analysis" / file))) != std::string::npos);
  }
}

TEST_CASE("a metric of ten lines selects neurons") {
  const NeuronSet chosen = select<OwnPolicy>(example(), {.rate = 0.34, .bar_quantile = 0.5});
  CHECK(chosen.method == "largest-share");
  CHECK(chosen.neurons[0][0] == std::vector<Index>{1});
  CHECK(chosen.neurons[1][0].empty());
}

TEST_CASE("a policy of one's own stands in the table of methods beside the others") {
  const NeuronSet chosen =
      select_by("largest-share", example(), {.rate = 0.34, .bar_quantile = 0.5}, Lape{}, OwnPolicy{});
  CHECK(chosen.method == "largest-share");
}

TEST_CASE("a language score of a few lines selects each language's neurons") {
  const NeuronSet chosen = select<ProbabilityLead>(example(), {.per_language = 1});
  CHECK(chosen.neurons[0][0] == std::vector<Index>{1});
  CHECK(chosen.neurons[1][0] == std::vector<Index>{2});
}

TEST_CASE("a policy may choose in a way of its own") {
  const NeuronSet chosen = select<FirstNeuron>(example());
  CHECK(chosen.neurons[0][0] == std::vector<Index>{0});
  CHECK(chosen.neurons[1][0] == std::vector<Index>{0});
}
