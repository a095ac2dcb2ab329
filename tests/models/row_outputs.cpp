// Scores of chosen rows against the logits of all rows, as a hook hears them.
#include "neuroglot/models/row_outputs.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;

namespace {

std::unique_ptr<AnyModel> family(const std::string& name) {
  return load_any_model<Cpu>(std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/families" / name, 1);
}

double log_probability(std::span<const float> logits, std::int32_t id) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  return static_cast<double>(logits[static_cast<std::size_t>(id)]) - std::log(sum);
}

}  // namespace

TEST_CASE("best tokens and log probabilities of chosen rows are those of the logits of all rows") {
  const std::string name = GENERATE("bert", "xlm_roberta", "gemma2", "cohere");
  INFO(name);
  const auto model = family(name);
  const PackedBatch batch{{5, 6, 7}, {8, 9, 10, 11}};
  Capture<> capture{SitePatterns("logits")};
  forward<output::None>(*model, batch, hooks(capture));
  const std::vector<float>& all = capture.at("logits").values;
  const auto vocab = static_cast<std::size_t>(model->config().vocab_size);
  const std::vector<Index> rows = {6, 0, 3};
  const std::vector<std::int32_t> targets = {4, -1, 20};
  const RowScores scores = row_scores(*model, batch, rows, targets);
  CHECK(scores.best == best_tokens(*model, batch, rows));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<const float> logits(all.data() + static_cast<std::size_t>(rows[i]) * vocab, vocab);
    const auto best = static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
    CHECK(scores.best[i] == best);
    const std::int32_t target = targets[i] == -1 ? best : targets[i];
    CHECK(scores.log_probability[i] == Approx(log_probability(logits, target)).margin(1e-5));
    const std::vector<std::int32_t> columns = {std::min(target, 3), 30};
    std::vector<double> found(2);
    row_log_probabilities(*model, batch, std::vector<Index>{rows[i]}, std::vector<RowTargets>{{columns, found}});
    CHECK(found[0] == Approx(log_probability(logits, columns[0])).margin(1e-5));
    CHECK(found[1] == Approx(log_probability(logits, 30)).margin(1e-5));
  }
}

TEST_CASE("rows and ids that there are not, and encoders without a head, are refused") {
  const PackedBatch batch{{5, 6, 7}};
  const auto bert = family("bert");
  const std::vector<std::int32_t> none = {-1}, beyond = {1000000};
  CHECK_THROWS_AS(best_tokens(*bert, batch, std::vector<Index>{3}), UsageError);
  CHECK_THROWS_AS(row_scores(*bert, batch, std::vector<Index>{0}, beyond), UsageError);
  CHECK_THROWS_AS(row_scores(*bert, batch, std::vector<Index>{0, 1}, none), UsageError);
  CHECK_THROWS_WITH(row_scores(*family("bert_bare"), batch, std::vector<Index>{0}, none),
                    Catch::Contains("without a language model head"));
}
