// Going on with prompts: the tokens do not depend on the batch, and end when they should.
#include "neuroglot/experiment/generation/generate.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>

#include "experiment/byte_tokenizer.hpp"
#include "io/scratch.hpp"
#include "neuroglot/experiment/generation/end_tokens.hpp"
#include "neuroglot/experiment/generation/generation_file.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/models/erased_model.hpp"
#include "neuroglot/models/llama.hpp"

using namespace neuroglot;

namespace {

const ByteTokenizer tokenizer;
const GreedySampler greedy{};
const std::vector<std::vector<TokenId>> prompts{{5, 77, 3}, {9}, {60, 61, 62, 63, 64, 65, 66, 67}, {100, 2}};

/// 101 tokens, 2 layers, 128 positions; weights of the committed golden.
AnyModel& model() {
  static const auto loaded = load_erased<Llama<>>(
      std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/llama/grouped", BackendOptions{1}, nullptr);
  return *loaded;
}

template <class Sampler = GreedySampler, class... Hooks>
std::vector<Generated> generated(std::span<const std::vector<TokenId>> of, const GenerationOptions& options,
                                 const Sampler& sampler = {}, std::uint64_t first = 0,
                                 HookSet<Hooks...> listening = HookSet<>()) {
  return generate(model(), tokenizer, of, sampler, options, ErasedHooks(listening), NoListener{}, first);
}

}  // namespace

TEST_CASE("greedy tokens are those that whole passes without a cache give") {
  const std::vector<Generated> made = generated(prompts, {.max_new_tokens = 12});
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    std::vector<TokenId> all = prompts[i];
    for (const TokenId id : made[i].ids) {
      PackedBatch whole;
      whole.add(all);
      const Matrix<float> scores = forward<output::LastLogits>(model(), whole);
      const auto row = scores.view().row(0);
      CHECK(id == std::max_element(row.begin(), row.end()) - row.begin());
      all.push_back(id);
    }
    CHECK(made[i].ids.size() == 12);
    CHECK(made[i].ended == "length");
  }
}

TEST_CASE("a prompt gives the same tokens alone and in a batch, drawn ones too, though others end before it") {
  const RandomSampler random{{}, {RepetitionPenalty(1.2), Temperature(2), TopK(50), TopP(0.95), MinP(0.01)}};
  GenerationOptions options{.max_new_tokens = 40};
  for (TokenId id = 0; id < 101; id += 9) options.end_tokens.push_back(id);  // so that sequences end at different times
  const std::vector<Generated> together = generated(prompts, options, random);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const std::vector<Generated> alone = generated(std::span(prompts).subspan(i, 1), options, random, i);
    CHECK(alone.front().ids == together[i].ids);
    CHECK(alone.front().ended == together[i].ended);
  }
  options.seed = 2;
  const std::vector<Generated> other = generated(prompts, options, random);
  CHECK((other[0].ids != together[0].ids || other[1].ids != together[1].ids || other[2].ids != together[2].ids));
}

TEST_CASE("an end token ends a sequence and is no text") {
  const std::vector<Generated> free = generated(prompts, {.max_new_tokens = 12});
  const TokenId end = free[0].ids[4];
  const std::vector<Generated> made = generated(prompts, {.max_new_tokens = 12, .end_tokens = {end}});
  const auto first = std::find(free[0].ids.begin(), free[0].ids.end(), end);
  CHECK(made[0].ids == std::vector<TokenId>(free[0].ids.begin(), first + 1));
  CHECK(made[0].ended == "end");
  CHECK(made[0].text == tokenizer.decode(std::vector<TokenId>(free[0].ids.begin(), first), true));
}

TEST_CASE("a stop string ends a sequence, and the text before it") {
  const std::vector<Generated> free = generated(prompts, {.max_new_tokens = 12});
  const std::string stop = tokenizer.decode(std::span(free[2].ids).subspan(6, 2), true);
  const std::vector<Generated> made = generated(prompts, {.max_new_tokens = 12, .stop_strings = {stop}});
  CHECK(made[2].ended == "stop");
  CHECK(made[2].text == free[2].text.substr(0, free[2].text.find(stop)));
  CHECK(made[2].text.size() < free[2].text.size());
}

TEST_CASE("texts that are heard as they grow are, put together, the texts that come back") {
  std::map<std::size_t, std::string> heard;
  HookSet<> none;
  const auto made =
      generate(model(), tokenizer, prompts, greedy, {.max_new_tokens = 9, .stop_strings = {"zz"}}, ErasedHooks(none),
               [&](std::size_t prompt, std::string_view text) { heard[prompt] += text; });
  for (std::size_t i = 0; i < prompts.size(); ++i) CHECK(heard[i] == made[i].text);
}

TEST_CASE("neurons that are off are off in every pass") {
  const Deactivate off{{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, {30, 31, 32}}};
  const auto made = generated(prompts, {.max_new_tokens = 8}, greedy, 0, hooks(off));
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    std::vector<TokenId> all = prompts[i];
    all.insert(all.end(), made[i].ids.begin(), made[i].ids.end() - 1);
    PackedBatch whole;
    whole.add(all);
    const Matrix<float> scores = forward<output::LastLogits>(model(), whole, hooks(off));
    const auto row = scores.view().row(0);
    CHECK(made[i].ids.back() == std::max_element(row.begin(), row.end()) - row.begin());
  }
  CHECK(made[0].ids != generated(prompts, {.max_new_tokens = 8})[0].ids);
}

TEST_CASE("what a model can not go on with is refused") {
  CHECK_THROWS_WITH(generated(std::vector<std::vector<TokenId>>{{}}, {}), Catch::Contains("no token"));
  CHECK_THROWS_WITH(generated(prompts, {.max_new_tokens = 122}), Catch::Contains("128 positions"));
  CHECK_NOTHROW(generated(prompts, {.max_new_tokens = 121}));
  CHECK_THROWS_AS(generated(prompts, {.max_new_tokens = 0}), UsageError);
}

TEST_CASE("end tokens are those of generation_config.json, else those of config.json") {
  const Scratch scratch;
  CHECK(end_tokens(scratch.path("")).empty());
  scratch.write("config.json", R"({"eos_token_id": 2})");
  CHECK(end_tokens(scratch.path("")) == std::vector<TokenId>{2});
  scratch.write("generation_config.json", R"({"bos_token_id": 1})");
  CHECK(end_tokens(scratch.path("")) == std::vector<TokenId>{2});
  scratch.write("generation_config.json", R"({"eos_token_id": [7, 9]})");
  CHECK(end_tokens(scratch.path("")) == std::vector<TokenId>{7, 9});
  scratch.write("generation_config.json", R"({"eos_token_id": "</s>"})");
  CHECK_THROWS_WITH(end_tokens(scratch.path("")), Catch::Contains("eos_token_id"));
}

TEST_CASE("what an interrupted run left is gone on with, and another run's is not") {
  const Scratch scratch;
  const Generated made{{1, 2}, "ab", "length"};
  GenerationFile killed(scratch.path("out.jsonl"), {{"seed", 1}}, false);
  killed.add(generation_line({{"prompt", "x"}, {"language", "fr"}}, made));
  CHECK_THROWS_WITH(GenerationFile(scratch.path("out.jsonl"), {{"seed", 2}}, true),
                    Catch::Contains("another model, other inputs or options"));
  GenerationFile again(scratch.path("out.jsonl"), {{"seed", 1}}, true);
  CHECK(again.size() == 1);
  again.add(generation_line({{"prompt", "y"}}, made));
  again.finish();
  CHECK(read_back(scratch.path("out.jsonl")) ==
        "{\"provenance\":{\"seed\":1}}\n"
        R"({"prompt":"x","language":"fr","ids":[1,2],"text":"ab","ended":"length"})"
        "\n"
        R"({"prompt":"y","ids":[1,2],"text":"ab","ended":"length"})"
        "\n");
  CHECK(!std::filesystem::exists(scratch.path("out.jsonl.partial")));
}
