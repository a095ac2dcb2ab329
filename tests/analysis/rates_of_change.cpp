// Rates of change of neurons' weights against numpy, for families that lay their projections out differently. The
// checkpoints are made by tests/golden/methods.py.
#include "neuroglot/experiment/rates_of_change.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "neuroglot/io/safetensors.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

const std::filesystem::path data = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/methods/pv";

LanguagesByLayersByNeurons rates_of(const std::string& family) {
  const std::vector<std::filesystem::path> tuned{data / family / "en", data / family / "fr", data / family / "ja"};
  return read_rates_of_change(data / family / "base", tuned);
}

void check_rates(const std::string& family) {
  const LanguagesByLayersByNeurons rates = rates_of(family);
  const SafetensorsFile file(data / family / "rates.safetensors");
  const std::vector<double> expected = values<double>(file.at("rates"));
  REQUIRE(rates.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(rates.data()[i] == Approx(expected[i]).epsilon(1e-12).margin(0));
}

}  // namespace

TEST_CASE("rates of change of gated MLPs") {
  check_rates("llama");
}

TEST_CASE("rates of change of plain MLPs published transposed") {
  check_rates("gpt2");
}

TEST_CASE("rates of change of gate and up projections in one matrix") {
  check_rates("phi3");
}

TEST_CASE("rates of change of experts' neurons, one expert after the other") {
  check_rates("mixtral");
}

TEST_CASE("a neuron that tuning left alone, and one without weights, have rate 0") {
  const LanguagesByLayersByNeurons rates = rates_of("llama");
  CHECK(rates(1, 1, 2) == 0);
  CHECK(rates(0, 1, 2) > 0);
  CHECK(rates(0, 0, 3) == 0);
}

TEST_CASE("models of different architectures are refused") {
  const std::vector<std::filesystem::path> tuned{data / "gpt2/en"};
  CHECK_THROWS_WITH(read_rates_of_change(data / "llama/base", tuned), Contains("architecture"));
}
