// How likely a model finds answers.
#include "neuroglot/experiment/judging/self_perplexity.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "experiment/byte_tokenizer.hpp"
#include "neuroglot/models/erased_model.hpp"
#include "neuroglot/models/llama.hpp"

using namespace neuroglot;

namespace {

const ByteTokenizer tokenizer;  // its BOS is beyond the model's 101 tokens: only texts that have a prompt are measured

AnyModel& model() {
  static const auto loaded = load_erased<Llama<>>(
      std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped", BackendOptions{1}, nullptr);
  return *loaded;
}

Answer answer(std::string prompt, std::string text) {
  return {"normal", "", "", "en", "en", 1, "?", std::move(prompt), std::move(text), 1, "stop"};
}

AnswerLosses losses(const std::vector<Answer>& answers, Index tokens_in_a_pass = 2048) {
  Progress quiet("", 1, "", true);
  return answer_losses(
      model(), tokenizer, answers, {true, tokens_in_a_pass}, quiet, [](std::size_t) { return std::optional<double>(); },
      [](std::size_t, double) {});
}

}  // namespace

TEST_CASE("an answer's loss is the mean of its tokens' alone, the first of them included") {
  const std::string prompt = "AB:", text = "CDEF";
  std::vector<TokenId> ids;
  for (const char c : prompt + text) ids.push_back(c);
  PackedBatch whole;
  whole.add(ids);
  const std::vector<double> all = forward<output::NextTokenLoss>(model(), whole);
  CHECK(losses({answer(prompt, text)}).nll[0] == (((all[2] + all[3]) + all[4]) + all[5]) / 4);
}

TEST_CASE("a loss does not depend on the pass, and an answer without a token has none") {
  const std::vector<Answer> answers = {answer("AB", "C"), answer("A", ""), answer("ABC", "DEFG"), answer("A", "BB")};
  const AnswerLosses together = losses(answers);
  CHECK(!together.nll[1]);
  for (const Index tokens : {1, 4, 9}) CHECK(losses(answers, tokens).nll == together.nll);
}

TEST_CASE("what is beyond the model's positions is cut off and counted") {
  const AnswerLosses cut = losses({answer("A", std::string(200, 'B')), answer(std::string(200, 'A'), "B")});
  CHECK(cut.cut == 2);
  CHECK(cut.nll[0] == losses({answer("A", std::string(127, 'B'))}).nll[0]);
  CHECK(!cut.nll[1]);
}

TEST_CASE("a loss that is known is not measured again") {
  Progress quiet("", 1, "", true);
  std::vector<std::size_t> measured;
  const std::vector<Answer> answers = {answer("A", "B"), answer("A", "C")};
  const AnswerLosses found = answer_losses(
      model(), tokenizer, answers, {}, quiet, [](std::size_t i) { return i == 0 ? std::optional(0.25) : std::nullopt; },
      [&](std::size_t i, double) { measured.push_back(i); });
  CHECK(found.nll[0] == 0.25);
  CHECK(measured == std::vector<std::size_t>{1});
}
