// What stands around the scores of facts: vectors out of a pass, which facts are meant, plans, answers at masks.
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "neuroglot/experiment/facts/choose_fact.hpp"
#include "neuroglot/experiment/facts/corpus_presence.hpp"
#include "neuroglot/experiment/facts/fact_plan.hpp"
#include "neuroglot/experiment/facts/facts_switched_off.hpp"
#include "neuroglot/experiment/facts/mask_answers.hpp"
#include "neuroglot/experiment/facts/mask_means.hpp"
#include "neuroglot/experiment/facts/report_fact_neurons.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

MatrixRef rows_of(std::vector<float>& values, Index rows) {
  const Index cols = static_cast<Index>(values.size()) / rows;
  return {values.data(), rows, cols, Eigen::OuterStride<>(cols)};
}
ConstMatrixRef reading(const MatrixRef& m) {
  return {m.data(), m.rows(), m.cols(), Eigen::OuterStride<>(m.outerStride())};
}

/// A file that goes away with the test.
struct TextFile {
  std::filesystem::path path;
  explicit TextFile(const std::string& content)
      : path(std::filesystem::temp_directory_path() / ("fact_neurons_" + std::to_string(::getpid()))) {
    std::ofstream(path) << content;
  }
  ~TextFile() { std::filesystem::remove(path); }
};

FactNeuronSets two_facts() {
  FactNeuronCollector collector({"en", "de"});
  collector.add(0, {"a", "P1", "x"}, {1, 2});
  collector.add(1, {"a", "P1", "x"}, {1, 3});
  collector.add(0, {"b", "P1", "y"}, {5});
  return collector.take();
}

}  // namespace

TEST_CASE("a fact's vector is the mean over its masks, layer beside layer") {
  Matrix<float> into(2, 4);
  MaskMeans<site::mlp_act> means(into.view(), 2);
  const PackedBatch batch{{1, 2, 3}, {4, 5}};
  const std::vector<std::vector<Index>> masks = {{0, 2}, {4}};
  means.start_at(0, masks);
  std::vector<float> first = {1, 2, 9, 9, 3, 6, 9, 9, 7, 8}, second = {0, 1, 9, 9, 0, 3, 9, 9, 5, 5};
  means(site::mlp_act{}, Place{batch, 0}, reading(rows_of(first, 5)));
  means(site::mlp_act{}, Place{batch, 1}, reading(rows_of(second, 5)));
  CHECK(std::vector<float>(into.view().row(0).begin(), into.view().row(0).end()) == std::vector<float>{2, 4, 0, 2});
  CHECK(std::vector<float>(into.view().row(1).begin(), into.view().row(1).end()) == std::vector<float>{7, 8, 5, 5});
}

TEST_CASE(
    "answers at masks are the best tokens and the log probability of those asked for, neurons off in one prompt "
    "alone") {
  const auto bert = load_any_model<Cpu>(std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/families/bert", 1);
  const Prompt one{{5, 6, 7}, {1}}, two{{8, 9, 10, 11}, {0, 3}};
  NeuronsByLayer off(static_cast<std::size_t>(bert->config().num_hidden_layers));
  off[0] = {0, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<MaskVariant> variants = {{&one, {20}, {}}, {&two, {}, {}}, {&two, {}, off}};
  const std::vector<MaskAnswer> answers = ask_variants(*bert, variants, 1000, [](Index) {});
  const RowScores first = row_scores(*bert, PackedBatch{{5, 6, 7}}, std::vector<Index>{1}, std::vector<TokenId>{20});
  const RowScores second =
      row_scores(*bert, PackedBatch{{8, 9, 10, 11}}, std::vector<Index>{0, 3}, std::vector<TokenId>{-1, -1});
  CHECK(answers[0].best == first.best);
  CHECK(answers[0].log_probability == first.log_probability[0]);
  CHECK(answers[1].best == second.best);
  CHECK(answers[1].log_probability == (second.log_probability[0] + second.log_probability[1]) / 2);
  CHECK(answers[2].log_probability != answers[1].log_probability);
  const std::vector<MaskAnswer> apart = ask_variants(*bert, variants, 1, [](Index) {});
  for (std::size_t i = 0; i < apart.size(); ++i) CHECK(apart[i].log_probability == answers[i].log_probability);
}

TEST_CASE("a fact is chosen by uuid or subject, and one that is meant twice is refused") {
  const RelationFacts work{"P937", "[X] [Y]", {{"u1", "", "", "Pitt", "London", 1}}};
  const RelationFacts birth{"P19", "[X] [Y]", {{"u2", "", "", "Pitt", "Hayes", 1}, {"u3", "", "", "Ada", "London", 2}}};
  const std::vector<PredictedRelation> known = {{"en", &work, {{&work.facts[0], 1}}},
                                                {"en", &birth, {{&birth.facts[0], 1}, {&birth.facts[1], 1}}}};
  CHECK(chosen_fact(known, "u2") == "u2");
  CHECK(chosen_fact(known, "Ada") == "u3");
  CHECK(chosen_fact(known, "Pitt / P937") == "u1");
  CHECK_THROWS_WITH(chosen_fact(known, "Pitt"), Contains("meant 2 times") && Contains("Pitt / P19"));
  CHECK_THROWS_WITH(chosen_fact(known, "Grace"), Contains("no fact that is predicted"));
}

TEST_CASE("languages come by P@1, of the same P@1 as they came") {
  Hits hits;
  const Hit hit{"u", "P1", "x", 1, true, true, true, 1, "", {}},
      miss{"v", "P1", "x", 1, false, false, false, 0, "", {}};
  hits.languages = {{"en", {hit, miss}}, {"de", {hit}}, {"fr", {miss, hit}}};
  const std::vector<LanguageHitShare> scores = languages_by_score(hits);
  CHECK(scores[0].language == "de");
  CHECK(scores[1].language == "en");
  CHECK(scores[2].p_at_1() == 0.5);
}

TEST_CASE("a corpus lacks what ng-roots says it lacks; the rest is not known") {
  const TextFile roots(
      "{\"provenance\": {}}\n{\"language\": \"en\", \"uuid\": \"a\", \"present\": true}\n"
      "{\"language\": \"de\", \"uuid\": \"a\", \"present\": false}\n{\"language\": \"ja\", \"uuid\": \"a\", "
      "\"present\": true}\n");
  const CorpusPresence presence = read_corpus_presence(roots.path, two_facts());
  CHECK(presence[0][0] == true);
  CHECK(presence[1][0] == false);
  CHECK_FALSE(presence[0][1].has_value());
}

TEST_CASE("planned groups are counted against the kinds that were found") {
  const FactPlan plan = {{"a", {"shared", {}}}, {"c", {"none", {}}}};
  FactKind of;
  of.fact = 0;
  of.kind = RepresentationKind::independent;
  of.overlap = 0.25;
  const KindConfusion confusion = confusion_of_kinds(plan, two_facts(), {of});
  REQUIRE(confusion.rows.size() == 2);
  CHECK(confusion.rows[0].planned == "none");
  CHECK(confusion.rows[0].not_compared == 1);
  CHECK(confusion.rows[1].found[0] == 1);
  CHECK(confusion.rows[1].not_compared == 0);
  CHECK(confusion.rows[1].overlap == 0.25);
}

TEST_CASE("facts that one language alone has are not asked with neurons off") {
  CHECK(draw_facts(two_facts(), 0, 1) == std::vector<std::size_t>{0});
  CHECK(draw_facts(two_facts(), 5, 1) == std::vector<std::size_t>{0});
}

TEST_CASE("a report refuses a file of fact neurons that lacks a field, naming it") {
  const TextFile file("{\"policy\": \"probeless\", \"site\": \"mlp.hook_act\"}");
  CHECK_THROWS_WITH(report::read_fact_neurons(file.path), Contains("\"top\" is missing"));
}
