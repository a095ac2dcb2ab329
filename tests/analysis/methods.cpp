// Every method of ng-select against numpy: on random counts with ties, zeros, dead and always active neurons, on a
// single layer, and on real counts of SmolLM2. The goldens are made by tests/golden/methods.py.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "neuroglot/analysis/average_precision.hpp"
#include "neuroglot/analysis/difference_of_means.hpp"
#include "neuroglot/analysis/entropy_max.hpp"
#include "neuroglot/analysis/lap.hpp"
#include "neuroglot/analysis/lave.hpp"
#include "neuroglot/analysis/parameter_variation.hpp"
#include "neuroglot/analysis/random_selection.hpp"
#include "neuroglot/experiment/statistics_file.hpp"
#include "neuroglot/io/json.hpp"

using namespace neuroglot;
using Catch::Contains;
using nlohmann::json;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/methods";

struct Case {
  ActivationStatistics statistics;
  LanguagesByLayersByNeurons rates;
  json expected;  ///< an array: method, options, bar, neurons

  explicit Case(const std::string& name)
      : statistics(read_statistics(data / name / "stats.safetensors").statistics),
        rates(xt::zeros<double>(statistics.count.shape())),
        expected(read_json(data / name / "expected.json")) {
    const SafetensorsFile file(data / name / "rates.safetensors");
    const std::vector<double> drawn = values<double>(file.at("rates"));
    std::copy(drawn.begin(), drawn.end(), rates.begin());
  }
};

NeuronSet select_as(const json& golden, const Case& of) {
  const json& options = golden["options"];
  const SelectionOptions selection{options["rate"].get<double>(), options["bar_quantile"].get<double>(),
                                   options.value("per_language", Index{0})};
  return select_by(golden["method"].get<std::string>(), of.statistics, selection, Lape{},
                   Lap{options.value("threshold", 0.0)}, LapPercentile{}, Lave{}, LaveAbsolute{},
                   ParameterVariation{of.rates}, ParameterVariationHigh{of.rates},
                   RandomSelection{options.value("seed", std::uint64_t{0}), {}}, AveragePrecision{},
                   AveragePrecisionBothEnds{}, DifferenceOfMeans{}, EntropyMax{options.value("lambda", 0.0)});
}

/// As in neurons.json: layers without a neuron are left out.
json by_language(const NeuronSet& set) {
  json languages = json::object();
  for (std::size_t k = 0; k < set.languages.size(); ++k) {
    json& layers = languages[set.languages[k]] = json::object();
    for (std::size_t layer = 0; layer < set.neurons[k].size(); ++layer)
      if (!set.neurons[k][layer].empty()) layers[std::to_string(layer)] = set.neurons[k][layer];
  }
  return languages;
}

void check_all(const std::string& name) {
  const Case of(name);
  REQUIRE(of.expected.size() == 51);
  for (const json& golden : of.expected) {
    INFO(name << ": " << golden["method"] << ' ' << golden["options"]);
    const NeuronSet chosen = select_as(golden, of);
    CHECK(chosen.method == golden["method"]);
    CHECK(by_language(chosen) == golden["neurons"]);
    REQUIRE(chosen.bar.has_value() == !golden["bar"].is_null());
    if (chosen.bar) CHECK(*chosen.bar == Approx(golden["bar"].get<double>()).epsilon(1e-14));
  }
}

/// Two languages of 100 and 300 tokens, one layer.
ActivationStatistics two_languages(const std::vector<std::array<std::int64_t, 2>>& counts) {
  ActivationStatistics statistics({"en", "fr"}, 1, static_cast<Index>(counts.size()));
  statistics.tokens = {100, 300};
  for (std::size_t neuron = 0; neuron < counts.size(); ++neuron)
    for (std::size_t k = 0; k < 2; ++k) statistics.count(k, 0, neuron) = counts[neuron][k];
  return statistics;
}

}  // namespace

TEST_CASE("all methods choose numpy's neurons on random counts with ties, zeros and dead neurons") {
  check_all("random");
}

TEST_CASE("all methods choose numpy's neurons on a single layer") {
  check_all("single_layer");
}

TEST_CASE("all methods choose numpy's neurons on real counts of SmolLM2") {
  check_all("smollm2");
}

TEST_CASE("average precision is that of scikit-learn on the positions themselves") {
  // y_true = [1] * 100 + [0] * 300, y_score = [1] * 60 + [0] * 40 + [1] * 30 + [0] * 270:
  // average_precision_score gives 0.6 * 60/90 + 0.4 * 100/400 = 0.5
  const auto statistics = two_languages({{60, 30}});
  CHECK(AveragePrecision{}.score(statistics)(0, 0, 0) + 100.0 / 400 == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("average precision of dead, always active and evenly active neurons is chance, and they are not chosen") {
  const auto statistics = two_languages({{0, 0}, {100, 300}, {20, 60}, {7, 21}});
  const auto score = AveragePrecision{}.score(statistics);
  for (std::size_t neuron = 0; neuron < 4; ++neuron) CHECK(score(0, 0, neuron) == 0);
  CHECK(select<AveragePrecision>(statistics, {.rate = 1}).unique() == 0);
  CHECK(select<AveragePrecisionBothEnds>(statistics, {.rate = 1}).unique() == 0);
}

TEST_CASE("the difference of means weighs the other languages by their positions") {
  ActivationStatistics statistics({"en", "fr", "ja"}, 1, 1);
  statistics.tokens = {100, 300, 100};
  statistics.sum = {{{200.0}}, {{300.0}}, {{-100.0}}};  // means 2, 1, -1
  const auto difference = DifferenceOfMeans{}.score(statistics);
  CHECK(difference(0, 0, 0) == Approx(2 - 200.0 / 400));
  CHECK(difference(2, 0, 0) == Approx(-1 - 500.0 / 400));
}

TEST_CASE("a mean below zero is no activity to LAVE, and one to LAVE by absolute values") {
  ActivationStatistics statistics({"en", "fr"}, 1, 2);
  statistics.tokens = {100, 100};
  statistics.sum = {{{-50.0, 10.0}}, {{0.0, 10.0}}};
  CHECK(select<Lave>(statistics, {.rate = 0.5, .bar_quantile = 0.5}).neurons[1][0] == std::vector<Index>{1});
  CHECK(select<LaveAbsolute>(statistics, {.rate = 0.5, .bar_quantile = 0.5}).neurons[0][0] == std::vector<Index>{0});
}

TEST_CASE("LAP takes one language, and a probability equal to the threshold is not above it") {
  ActivationStatistics statistics({"en"}, 1, 2);
  statistics.tokens = {100};
  statistics.count = {{{95, 96}}};
  CHECK(select<Lap>(statistics).neurons[0][0] == std::vector<Index>{1});
  CHECK_THROWS_AS(select<Lap>(statistics, {}, {.threshold = 1}), UsageError);
  CHECK_THROWS_WITH(select<DifferenceOfMeans>(statistics), Contains("at least two"));
}

TEST_CASE("random selection has as many neurons of each language as the set it is like") {
  const Case of("random");
  const NeuronSet like = select<EntropyMax>(of.statistics, {.rate = 0.2, .bar_quantile = 0.5});
  const NeuronSet chosen = select<RandomSelection>(of.statistics, {}, {.seed = 3, .like = like});
  for (std::size_t k = 0; k < like.languages.size(); ++k) CHECK(count(chosen.neurons[k]) == count(like.neurons[k]));
  CHECK(chosen.parameters.back().name == "like");
  CHECK(chosen.parameters.back().value == decltype(Parameter::value)("entropy-max"));
}

TEST_CASE("rates of change of another model are refused") {
  const LanguagesByLayersByNeurons rates = Case("random").rates;
  CHECK_THROWS_WITH(select<ParameterVariation>(two_languages({{1, 2}}), {}, {rates}),
                    Contains("the rates of change are of"));
}

TEST_CASE("a set says what its method was given") {
  const Case of("single_layer");
  const NeuronSet chosen = select<EntropyMax>(of.statistics, {.rate = 0.1}, {.lambda = 0.5});
  std::vector<std::string> names;
  for (const Parameter& parameter : chosen.parameters) names.push_back(parameter.name);
  CHECK(names == std::vector<std::string>{"rate", "bar_quantile", "lambda"});
  CHECK(std::get<double>(chosen.parameters[2].value) == 0.5);
}

TEST_CASE("a method that is not known is refused, with those that are") {
  const Case of("single_layer");
  CHECK_THROWS_WITH(select_by("lapse", of.statistics, {}, Lape{}, Lave{}), Contains("lapse") && Contains("lape, lave"));
  CHECK_THROWS_AS(select_by("lapse", of.statistics, {}, Lape{}), UsageError);
}
