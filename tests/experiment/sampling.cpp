// Processors of scores against Hugging Face's, draws against their probabilities.
#include "neuroglot/experiment/sampling/sampler.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "neuroglot/io/json.hpp"

using namespace neuroglot;

namespace {

using Json = nlohmann::json;

Json golden() {
  return read_json(std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/sampling.json");
}

/// One processor or the whole chain of a case, with its numbers.
void process(const Json& of, std::span<float> scores, std::span<const TokenId> seen) {
  const auto number = [&](const char* name, double otherwise) { return of.value(name, otherwise); };
  RandomSampler chain{{},
                      {RepetitionPenalty(number("repetition_penalty", 1)), Temperature(number("temperature", 1)),
                       TopK(of.value("top_k", Index{0})), TopP(number("top_p", 1)), MinP(number("min_p", 0))}};
  std::mt19937_64 random(1);
  chain(scores, seen, random);
}

}  // namespace

TEST_CASE("processors alone and in a chain give Hugging Face's scores") {
  const Json cases = golden();
  REQUIRE(cases.at("cases").size() >= 12);
  for (const Json& of : cases["cases"]) {
    INFO(of.at("options").dump());
    auto scores = of.at("scores").get<std::vector<float>>();
    const auto seen = of.at("seen").get<std::vector<TokenId>>();
    process(of["options"], scores, seen);
    for (std::size_t id = 0; id < scores.size(); ++id) {
      const Json& expected = of.at("expected")[id];
      if (expected.is_null())
        CHECK(scores[id] == no_score);
      else
        CHECK(scores[id] == Approx(expected.get<float>()).epsilon(1e-6));
    }
  }
}

TEST_CASE("greedy takes the first of equal scores, as torch.argmax does") {
  std::mt19937_64 random(1);
  CHECK(Greedy{}(std::vector<float>{1, 3, 3, 2}, random) == 1);
}

TEST_CASE("tokens are drawn as often as their probabilities say, the same ones for the same seed") {
  const std::vector<float> scores{std::log(0.5f), no_score, std::log(0.2f), std::log(0.3f)};
  std::vector<int> drawn(4, 0);
  std::mt19937_64 random(7), again(7);
  constexpr int draws = 100'000;
  for (int i = 0; i < draws; ++i) {
    const TokenId id = Multinomial{}(scores, random);
    ++drawn[static_cast<std::size_t>(id)];
    CHECK(Multinomial{}(scores, again) == id);
  }
  CHECK(drawn[1] == 0);
  const std::vector<double> wanted{0.5, 0, 0.2, 0.3};
  for (std::size_t id = 0; id < 4; ++id)
    CHECK(drawn[id] / double{draws} == Approx(wanted[id]).margin(5 * std::sqrt(0.25 / draws)));  // five deviations
}

TEST_CASE("numbers that make no sampler are refused") {
  CHECK_THROWS_AS(RepetitionPenalty(0), UsageError);
  CHECK_THROWS_AS(Temperature(0), UsageError);
  CHECK_THROWS_AS(Temperature(-1), UsageError);
  CHECK_THROWS_AS(TopK(-1), UsageError);
  CHECK_THROWS_AS(TopP(1.5), UsageError);
  CHECK_THROWS_AS(MinP(-0.1), UsageError);
}
