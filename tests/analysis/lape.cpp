// LAPE and its selection against the checks printed in the slides and the rules of the released code.
#include "neuroglot/analysis/lape.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "neuroglot/analysis/random.hpp"
#include "neuroglot/analysis/select.hpp"

using namespace neuroglot;

namespace {

/// One layer; counts[neuron][language] out of 100 tokens in each language.
ActivationStatistics statistics_of(const std::vector<std::vector<std::int64_t>>& counts) {
  std::vector<std::string> languages;
  for (std::size_t k = 0; k < counts.front().size(); ++k) languages.push_back("l" + std::to_string(k));
  ActivationStatistics statistics(languages, 1, static_cast<Index>(counts.size()));
  for (std::size_t k = 0; k < languages.size(); ++k) {
    statistics.tokens[k] = 100;
    for (std::size_t neuron = 0; neuron < counts.size(); ++neuron) statistics.count(k, 0, neuron) = counts[neuron][k];
  }
  return statistics;
}

double lape_of(const std::vector<std::int64_t>& counts) {
  const ActivationStatistics statistics = statistics_of({counts});
  return Lape{}.score(Lape{}.activity(statistics))(0, 0);
}

}  // namespace

TEST_CASE("the slides' neuron of two languages has LAPE 0.5004") {
  CHECK(lape_of({0, 0, 0, 0, 80, 0, 0, 20}) == Approx(0.5004).margin(5e-5));
}

TEST_CASE("the slides' neuron of five languages has LAPE 1.5048") {
  CHECK(lape_of({20, 10, 0, 0, 30, 10, 0, 30}) == Approx(1.5048).margin(5e-5));
}

TEST_CASE("a neuron that is never active has entropy 0, not NaN") {
  CHECK(lape_of({0, 0, 0}) == 0);
}

TEST_CASE("a dead neuron is not selected, however low its entropy") {
  const auto chosen =
      select<Lape>(statistics_of({{0, 0}, {90, 10}, {50, 50}, {0, 0}}), {.rate = 0.25, .bar_quantile = 0.5});
  CHECK(chosen.neurons[0][0] == std::vector<Index>{1});
}

TEST_CASE("the bar is the round(quantile * n)-th smallest of all probabilities, counted from 1") {
  // ten probabilities .00 .01 ... .09: round(0.75 * 10) is 8 (7.5 goes to the even 8), the 8th smallest is .07
  const auto statistics = statistics_of({{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}});
  CHECK(*select<Lape>(statistics, {.rate = 1, .bar_quantile = 0.75}).bar == Approx(0.07));
  CHECK(*select<Lape>(statistics, {.rate = 1, .bar_quantile = 0.65}).bar == Approx(0.05));  // 6.5 goes to the even 6
}

TEST_CASE("a probability equal to the bar is not above it") {
  const auto chosen = select<Lape>(statistics_of({{50, 50}, {50, 60}}), {.rate = 1, .bar_quantile = 0.75});
  CHECK(*chosen.bar == Approx(0.5));
  CHECK(chosen.neurons[0][0].empty());
  CHECK(chosen.neurons[1][0] == std::vector<Index>{1});
}

TEST_CASE("a selected neuron belongs to every language above the bar, and is counted once") {
  const auto chosen =
      select<Lape>(statistics_of({{80, 70, 0}, {10, 10, 10}, {10, 10, 10}}), {.rate = 0.34, .bar_quantile = 0.5});
  CHECK(chosen.neurons[0][0] == std::vector<Index>{0});
  CHECK(chosen.neurons[1][0] == std::vector<Index>{0});
  CHECK(chosen.neurons[2][0].empty());
  CHECK(chosen.unique() == 1);
}

TEST_CASE("ties are broken by layer and neuron") {
  const auto chosen =
      select<Lape>(statistics_of({{10, 10}, {90, 0}, {90, 0}, {90, 0}}), {.rate = 0.5, .bar_quantile = 0.5});
  CHECK(chosen.neurons[0][0] == std::vector<Index>{1, 2});
}

TEST_CASE("one language is an error: its entropy is 0 everywhere") {
  CHECK_THROWS_WITH(select<Lape>(statistics_of({{10}, {20}})), Catch::Contains("at least two"));
}

TEST_CASE("counts above the number of tokens are refused") {
  CHECK_THROWS_AS(select<Lape>(statistics_of({{10, 101}, {20, 3}})), Error);
}

TEST_CASE("random neurons are as many as wanted, evenly over the layers, and the same for the same seed") {
  const NeuronsByLayer neurons = random_neurons(65, 30, 1536, 7);
  CHECK(count(neurons) == 65);
  for (const auto& layer : neurons) {
    CHECK((layer.size() == 2 || layer.size() == 3));
    CHECK(std::is_sorted(layer.begin(), layer.end()));
    CHECK(std::adjacent_find(layer.begin(), layer.end()) == layer.end());
  }
  CHECK(neurons == random_neurons(65, 30, 1536, 7));
  CHECK(neurons != random_neurons(65, 30, 1536, 8));
}
