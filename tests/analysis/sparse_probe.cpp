// The sparse probe against scikit-learn's SAGA: weights along the path and the neurons chosen, on drawn samples with
// dead, constant and equal neurons, on a single layer, and on real samples of SmolLM2. The goldens are made by
// tests/golden/sparse_probe.py.
#include "neuroglot/analysis/sparse_probe.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/overlap.hpp"
#include "neuroglot/experiment/samples/samples_file.hpp"
#include "neuroglot/io/json.hpp"

using namespace neuroglot;
using Catch::Contains;
using nlohmann::json;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/sparse_probe";

/// Statistics that go with samples: the probe looks at their languages and sizes alone.
ActivationStatistics beside(const ActivationSamples& samples) {
  ActivationStatistics statistics(samples.languages, samples.layers(), samples.neurons());
  std::fill(statistics.tokens.begin(), statistics.tokens.end(), 100);
  return statistics;
}

void check_weights(const std::string& name) {
  const ActivationSamples samples = read_samples(data / name / "samples.safetensors", "mean").samples;
  const json expected = read_json(data / name / "expected.json");
  const ProbeData prepared = probe_data(samples);
  MultinomialElasticNet probe(prepared);
  CHECK(probe.largest_lambda() == Approx(expected["largest_lambda"].get<double>()).epsilon(1e-6));
  for (const json& golden : expected["fits"]) {
    INFO(name << ", step " << golden["step"]);
    probe.fit(golden["lambda"].get<double>(), 1e-7);
    double farthest = 0, mean = 0;
    for (std::size_t j = 0; j < prepared.features; ++j)
      for (std::size_t k = 0; k < prepared.classes; ++k)
        farthest = std::max(farthest, std::abs(probe.weight(j, k) - golden["weights"][j][k].get<double>()));
    CHECK(farthest < 2e-5);
    for (const double b : probe.intercepts()) mean += b / static_cast<double>(prepared.classes);
    for (std::size_t k = 0; k < prepared.classes; ++k)
      CHECK(probe.intercepts()[k] - mean == Approx(golden["intercepts"][k].get<double>()).margin(2e-5));
    CHECK(probe.held_out_accuracy() == Approx(golden["accuracy"].get<double>()).epsilon(1e-12));
  }
}

void check_selection(const std::string& name) {
  const ActivationSamples samples = read_samples(data / name / "samples.safetensors", "mean").samples;
  const json expected = read_json(data / name / "expected.json")["selection"];
  const NeuronSet chosen =
      select<SparseProbe>(beside(samples), {.rate = expected["rate"].get<double>()}, SparseProbe{.samples = samples});
  for (std::size_t k = 0; k < chosen.languages.size(); ++k) {
    json neurons = json::array();
    for (std::size_t layer = 0; layer < chosen.neurons[k].size(); ++layer)
      for (const Index neuron : chosen.neurons[k][layer]) neurons.push_back({layer, neuron});
    INFO(name << ", " << chosen.languages[k]);
    CHECK(neurons == expected["neurons"][k]);
  }
  CHECK(chosen.unique() == std::lround(expected["rate"].get<double>() * static_cast<double>(samples.layers()) *
                                       static_cast<double>(samples.neurons())));
}

/// Two languages of so many samples; neuron 0 is 1 in the second, neuron 1 is dead, neuron 2 always 5.
ActivationSamples two_languages(std::size_t of_each) {
  ActivationSamples samples{{"en", "fr"}, {}, {}};
  samples.values.resize({2 * of_each, 1, 3});
  for (std::size_t i = 0; i < 2 * of_each; ++i) {
    samples.language.push_back(i < of_each ? 0 : 1);
    samples.values(i, 0, 0) = i < of_each ? 0 : 1;
    samples.values(i, 0, 1) = 0;
    samples.values(i, 0, 2) = 5;
  }
  return samples;
}

}  // namespace

TEST_CASE("the probe's weights are scikit-learn's along the path") {
  check_weights("random");
  check_weights("single_layer");
  check_weights("smollm2");
}

TEST_CASE("the probe chooses the neurons that scikit-learn's weights rank first") {
  check_selection("random");
  check_selection("single_layer");
  check_selection("smollm2");
}

TEST_CASE("a neuron belongs to the language that it speaks for; dead and constant ones are never chosen") {
  const ActivationSamples samples = two_languages(10);
  const NeuronSet chosen = select<SparseProbe>(beside(samples), {.rate = 1}, SparseProbe{.samples = samples});
  CHECK(count(chosen.of("en")) == 0);
  CHECK(chosen.of("fr") == NeuronsByLayer{{0}});
}

TEST_CASE("what no line through one neuron tells apart is told by two together") {
  // en: both high or both low a little; fr leans on their difference, neither mean differs
  ActivationSamples samples{{"en", "fr"}, {}, {}};
  samples.values.resize({40, 1, 2});
  for (std::size_t i = 0; i < 40; ++i) {
    const float common = static_cast<float>(i % 20) - 9.5F, sign = i < 20 ? 1.0F : -1.0F;
    samples.language.push_back(i < 20 ? 0 : 1);
    samples.values(i, 0, 0) = common + 0.5F * sign;
    samples.values(i, 0, 1) = common - 0.5F * sign;
  }
  const ProbeData prepared = probe_data(samples);
  MultinomialElasticNet probe(prepared);
  probe.fit(probe.largest_lambda() * 1e-3, 1e-6);
  CHECK(probe.weight(0, 0) > 0);
  CHECK(probe.weight(1, 0) < 0);
  CHECK(probe.held_out_accuracy() == 1);
}

TEST_CASE("a probe of too little is refused") {
  const ActivationSamples few = two_languages(4);
  CHECK_THROWS_WITH(probe_data(few), Contains("4 samples of en") && Contains("at least 5"));
  ActivationSamples one = two_languages(10);
  one.languages = {"en"};
  std::fill(one.language.begin(), one.language.end(), 0);
  CHECK_THROWS_WITH(select<SparseProbe>(beside(one), {}, SparseProbe{.samples = one}), Contains("at least two"));
  ActivationSamples broken = two_languages(10);
  broken.values(3, 0, 0) = std::nanf("");
  CHECK_THROWS_WITH(probe_data(broken), Contains("not finite"));
  const ActivationSamples samples = two_languages(10);
  ActivationStatistics other({"en", "ja"}, 1, 3);
  other.tokens = {1, 1};
  CHECK_THROWS_WITH(select<SparseProbe>(other, {}, SparseProbe{.samples = samples}), Contains("one run of ng-record"));
  CHECK_THROWS_WITH(select<SparseProbe>(beside(samples), {}, SparseProbe{.samples = samples, .l1_ratio = 0}),
                    Contains("L1 ratio"));
}

TEST_CASE("two sets are compared neuron by neuron, and one is taken from the other") {
  const ActivationSamples samples = two_languages(10);
  NeuronSet a = empty_set(beside(samples), "a", {}), b = a;
  a.neurons = {{{0, 1}}, {{2}}};
  b.neurons = {{{1}}, {{0}}};
  CHECK(overlap(a.neurons[0], b.neurons[0]).jaccard() == 0.5);
  CHECK(overlap(union_of(a), union_of(b)).jaccard() == Approx(2 / 3.0));
  CHECK(overlap({{}}, {{}}).jaccard() == 0);
  const NeuronSet left = without(a, b);
  CHECK(left.neurons == std::vector<NeuronsByLayer>{{{}}, {{2}}});
}
