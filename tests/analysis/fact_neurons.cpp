// Neurons of facts against numpy, which compares every pair: random values, ties, dead neurons, two facts, values that
// are close together. The golden is made by tests/golden/fact_neurons.py.
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "neuroglot/analysis/deviation_from_mean.hpp"
#include "neuroglot/analysis/fact_kind.hpp"
#include "neuroglot/analysis/neuron_groups.hpp"
#include "neuroglot/analysis/probeless.hpp"
#include "neuroglot/analysis/score_facts.hpp"
#include "neuroglot/analysis/top_neurons.hpp"
#include "neuroglot/io/json.hpp"

using namespace neuroglot;
using Catch::Contains;
using nlohmann::json;

namespace {

Matrix<float> matrix_of(const json& rows) {
  Matrix<float> matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows[0].size()));
  for (Index f = 0; f < matrix.rows(); ++f)
    for (Index n = 0; n < matrix.cols(); ++n)
      matrix(f, n) = rows[static_cast<std::size_t>(f)][static_cast<std::size_t>(n)].get<float>();
  return matrix;
}

template <FactScore P>
void check_policy(const json& golden) {
  const json& expected = golden["policies"][std::string(P::name)];
  Threads threads(2);
  Matrix<float> scores = matrix_of(golden["q"]);
  score_facts(P{}, scores.view(), threads);
  for (Index f = 0; f < scores.rows(); ++f) {
    const json& row = expected["scores"][static_cast<std::size_t>(f)];
    for (Index n = 0; n < scores.cols(); ++n) {
      const double wanted = row[static_cast<std::size_t>(n)];
      INFO(P::name << ", fact " << f << ", neuron " << n);
      REQUIRE(static_cast<double>(scores(f, n)) == Approx(wanted).epsilon(1e-5).margin(1e-12));
    }
    CHECK(top_neurons(scores.view().row(f), golden["top"]) ==
          expected["top"][static_cast<std::size_t>(f)].get<NeuronIds>());
  }
}

const json& golden() {
  static const json file =
      read_json(std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/facts/fact_neurons/scores.json");
  return file;
}

/// Facts of two relations in three languages; object "o" + i / 2.
FactNeuronSets six_facts() {
  FactNeuronCollector collector({"en", "de", "ja"});
  for (std::int32_t i = 0; i < 6; ++i) {
    const FactIdentity fact{"u" + std::to_string(i), i < 4 ? "P1" : "P2", "o" + std::to_string(i)};
    collector.add(0, fact, {10 * i, 10 * i + 1, 10 * i + 2});
    collector.add(1, fact, {10 * i, 10 * i + 1, 10 * i + 3});         // half in common with en
    if (i < 5) collector.add(2, fact, {10 * i + 7, 10 * i + 8, 99});  // one neuron in all facts of ja
  }
  return collector.take();
}

}  // namespace

TEMPLATE_TEST_CASE("scores and top neurons are those of the definition, which compares all pairs", "", Probeless,
                   ProbelessOfLabel, ProbelessOverall, DeviationFromMean) {
  for (const auto& [name, of] : golden().items()) {
    INFO(name);
    check_policy<TestType>(of);
  }
}

TEST_CASE("the scores of neurons that never change are 0, and none of them is chosen") {
  Threads threads(1);
  Matrix<float> scores = matrix_of(golden()["dead"]["q"]);
  score_facts(Probeless{}, scores.view(), threads);
  for (Index f = 0; f < scores.rows(); ++f) {
    CHECK(scores(f, 0) == 0);
    CHECK(scores(f, 1) == 0);
    for (Index n = 0; n < scores.cols(); ++n) CHECK(std::isfinite(scores(f, n)));
    const NeuronIds top = top_neurons(scores.view().row(f), 40);
    CHECK(std::ranges::find(top, 0) == top.end());
    CHECK(std::ranges::find(top, 1) == top.end());
  }
}

TEST_CASE("one fact alone has no score") {
  Threads threads(1);
  Matrix<float> one(1, 5);
  CHECK_THROWS_WITH(score_facts(Probeless{}, one.view(), threads), Contains("there is none beside it"));
}

TEST_CASE("an activation that is not a number is refused") {
  Threads threads(1);
  Matrix<float> q(3, 5);
  q(1, 3) = std::nanf("");
  CHECK_THROWS_WITH(score_facts(Probeless{}, q.view(), threads), Contains("neuron 3") && Contains("fact 1"));
}

TEST_CASE("scores depend neither on the order of the facts nor on the number of threads") {
  const json& rows = golden()["random"]["q"];
  json reversed = json::array();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) reversed.push_back(*row);
  Matrix<float> a = matrix_of(rows), b = matrix_of(reversed);
  Threads one(1), three(3);
  score_facts(Probeless{}, a.view(), one);
  score_facts(Probeless{}, b.view(), three);
  for (Index f = 0; f < a.rows(); ++f)
    for (Index n = 0; n < a.cols(); ++n) CHECK(a(f, n) == b(a.rows() - 1 - f, n));
}

TEST_CASE("ties go to the lower neuron, and k may be more than there are") {
  const std::vector<float> scores = {1, 3, 2, 3, 0, 2};
  CHECK(top_neurons(scores, 1) == NeuronIds{1});
  CHECK(top_neurons(scores, 3) == NeuronIds{1, 2, 3});
  CHECK(top_neurons(scores, 50) == NeuronIds{0, 1, 2, 3, 5});
}

TEST_CASE("the Jaccard similarity of sets of neurons") {
  CHECK(jaccard(NeuronIds{1, 2, 3}, NeuronIds{2, 3, 4}) == 0.5);
  CHECK(jaccard(NeuronIds{1}, NeuronIds{2}) == 0);
  CHECK(jaccard(NeuronIds{}, NeuronIds{}) == 0);
}

TEST_CASE("groups of neurons: every n-th, or those beside each other") {
  const std::vector<float> scores = {1, 2, 3, 4, 10, 20, 30, 40};  // two layers
  using Rows = std::vector<std::vector<double>>;
  CHECK(group_means<ByRemainder>(scores, 2, 2) == Rows{{2, 3}, {20, 30}});
  CHECK(group_means<Contiguous>(scores, 2, 2) == Rows{{1.5, 3.5}, {15, 35}});
}

TEST_CASE("similarity of languages is the mean over the facts that both have") {
  Threads threads(2);
  const NeuronSharing sharing = neuron_sharing(six_facts(), threads);
  CHECK(sharing.similarity[0][1] == 0.5);
  CHECK(sharing.similarity[0][2] == 0.0);
  CHECK(sharing.facts[0][1] == 6);
  CHECK(sharing.facts[1][2] == 5);
  CHECK(*sharing.mean() == Approx(1.0 / 6));                     // (0.5 + 0 + 0) * 2 / 6
  CHECK(*sharing.mean_with_zero_diagonal() == Approx(1.0 / 9));  // the same sum over 9 cells
}

TEST_CASE("languages without a common fact have no similarity") {
  FactNeuronCollector collector({"en", "de"});
  collector.add(0, {"a", "P1", "x"}, {1});
  collector.add(1, {"b", "P1", "y"}, {1});
  Threads threads(1);
  const NeuronSharing sharing = neuron_sharing(collector.take(), threads);
  CHECK_FALSE(sharing.similarity[0][1]);
  CHECK_FALSE(sharing.mean());
}

TEST_CASE("what different facts have in common is what an overlap must exceed") {
  Threads threads(1);
  const OverlapThresholds chance = overlaps_by_chance(six_facts(), 0.95, threads);
  CHECK(chance[0][1] == 0.0);
  FactNeuronSets same_object = six_facts();
  for (FactIdentity& fact : same_object.facts) fact.object = "o";
  CHECK_FALSE(overlaps_by_chance(same_object, 0.95, threads)[0][1]);  // no two facts to compare
}

TEST_CASE("a fact is shared, independent or transferred by its overlaps and the corpora that have it") {
  const FactNeuronSets sets = six_facts();
  Threads threads(1);
  const OverlapThresholds chance = overlaps_by_chance(sets, 0.95, threads);
  std::vector<FactKind> kinds = fact_kinds(sets, chance, {});
  REQUIRE(kinds.size() == 6);
  CHECK(kinds[0].pairs == 3);
  CHECK(kinds[0].sharing == 1);  // en and de alone
  CHECK(kinds[0].kind == RepresentationKind::independent);
  CHECK(kinds[0].overlap == Approx(0.5 / 3));
  CHECK(kinds[5].kind == RepresentationKind::shared);  // ja lacks it
  CorpusPresence presence(3, std::vector<std::optional<bool>>(6));
  presence[0][0] = true;
  presence[1][0] = false;
  presence[0][1] = presence[1][1] = false;
  presence[2][2] = false;
  presence[0][2] = true;
  kinds = fact_kinds(sets, chance, presence);
  CHECK(kinds[0].kind == RepresentationKind::transferred);
  CHECK(kinds[0].transferred_to == std::vector<std::size_t>{1});
  CHECK(kinds[1].kind == RepresentationKind::independent);  // nowhere to come from
  CHECK(kinds[2].kind == RepresentationKind::independent);  // ja lacks it but shares it with nobody
}
