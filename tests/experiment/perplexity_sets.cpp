// Many sets of neurons in one run: what is off in which row, and that measuring them together changes no bit.
#include <catch2/catch.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "experiment/thread_ranks.hpp"
#include "hooks/random_batch.hpp"
#include "neuroglot/experiment/perplexity_file.hpp"
#include "neuroglot/experiment/perplexity_table.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;

namespace {

/// A character a token.
struct Letters : Tokenizer {
  Tokens encode(std::string_view text, SpecialTokens) const override {
    Tokens tokens;
    for (const char c : text) tokens.ids.push_back(static_cast<TokenId>(static_cast<unsigned char>(c)) % 61);
    return tokens;
  }
  std::string decode(std::span<const TokenId>, bool) const override { return ""; }
  std::string piece(TokenId) const override { return ""; }
  TokenId vocab_size() const override { return 61; }
  TokenId bos_id() const override { return -1; }
  std::string description() const override { return "letters"; }
};

using Sets = std::vector<LabelledSet>;

std::unique_ptr<AnyModel> model_of(const std::string& family, int threads = 1) {
  return load_any_model<Cpu>(std::filesystem::path(NEUROGLOT_TESTS_DIR) / "golden/data/families" / family, threads);
}

/// Two languages; `step` apart, so that sets of different steps differ.
NeuronSet set_of(const AnyModel& model, Index step, const std::string& method = "lape") {
  NeuronSet set{{"en", "fr"}, {}, method, model.config().num_hidden_layers, model.config().neurons(), {}, {}};
  for (Index k = 0; k < 2; ++k) {
    NeuronsByLayer& neurons = set.neurons.emplace_back(static_cast<std::size_t>(set.layers));
    for (std::vector<Index>& layer : neurons)
      for (Index n = k; n < set.neurons_per_layer; n += step) layer.push_back(n);
  }
  return set;
}

/// Two corpora and a matrix measured over them.
struct Measured {
  Scratch folder;
  std::vector<CorpusSource> sources{
      {"en", folder.write("en.txt", std::string("the house of a friend is near the old river and we walk there"))},
      {"fr", folder.write("fr.txt", std::string("la maison d'un ami est pres de la riviere et on y va souvent"))}};

  std::mutex checking;  // Catch's checks are one thread's at a time

  PerplexityMatrix operator()(AnyModel& model, const SwitchedOff& off, Index batch) {
    PerplexityOptions options{{8, 0, Marks::none}, batch, 1, true};
    PerplexityMatrix matrix(off.rows(), {"en", "fr"});
    for (std::size_t k = 0; k < 2; ++k) matrix.blocks[k] = measure(sources[k], Letters(), options.blocks).blocks;
    measure_perplexity(model, Letters(), sources, off, options, matrix, [](const auto&) {});
    return matrix;
  }
};

}  // namespace

TEST_CASE("neurons are off in the rows of their sequences alone, with the bits of passes of their own") {
  for (const char* family : {"mistral", "mixtral"}) {
    const auto model = model_of(family);
    const NeuronSet set = set_of(*model, 3);
    PackedBatch twice;
    for (int i = 0; i < 6; ++i) twice.add(random_ids(9, static_cast<unsigned>(1 + i / 3), 61));
    const DeactivateRows rows{{{}, set.neurons[0], set.neurons[1]}};
    const std::vector<double> together = forward<output::NextTokenLoss>(*model, twice, hooks(rows));
    for (std::size_t s = 0; s < 6; ++s) {
      const PackedBatch one{random_ids(9, static_cast<unsigned>(1 + s / 3), 61)};
      const Deactivate off{rows.choices[s % 3]};
      const std::vector<double> alone = forward<output::NextTokenLoss>(*model, one, hooks(off));
      CHECK(std::vector<double>(together.begin() + static_cast<std::ptrdiff_t>(s * 8),
                                together.begin() + static_cast<std::ptrdiff_t>(s * 8 + 8)) == alone);
    }
    CHECK(std::vector<double>(together.begin(), together.begin() + 8) !=
          std::vector<double>(together.begin() + 8, together.begin() + 16));
  }
}

TEST_CASE("a neuron that the model does not have is an error") {
  const auto model = model_of("mistral");
  const DeactivateRows rows{{{}, {{100'000}}}};
  const PackedBatch batch{random_ids(4, 1, 61), random_ids(4, 1, 61)};
  CHECK_THROWS_WITH(forward<output::NextTokenLoss>(*model, batch, hooks(rows)), Catch::Contains("neuron 100000"));
}

TEST_CASE("sets measured together have the bits of runs of their own, for any batch and threads") {
  Measured measured;
  const auto model = model_of("mistral"), team = model_of("mistral", 2);
  const SwitchedOff first(Sets{{"a", set_of(*model, 3)}}), second(Sets{{"b", set_of(*model, 5)}});
  const SwitchedOff both(Sets{{"a", set_of(*model, 3)}, {"b", set_of(*model, 5)}});
  const PerplexityMatrix one = measured(*model, first, 1), two = measured(*model, second, 3);
  for (const Index batch : {1, 4, 7, 16}) {
    const PerplexityMatrix all = measured(batch == 7 ? *team : *model, both, batch);
    REQUIRE(all.rows.size() == 1 + 3 + 3);
    for (std::size_t row = 0; row < 4; ++row) CHECK(all.block_nll[row] == one.block_nll[row]);
    for (std::size_t row = 1; row < 4; ++row) CHECK(all.block_nll[3 + row] == two.block_nll[row]);
    CHECK(all.nll[2] == one.nll[2]);
  }
}

TEST_CASE("several passes that go by the layers together, and any number of processes, give the bits of one") {
  Measured measured;
  const auto model = model_of("mistral");
  const SwitchedOff off(Sets{{"a", set_of(*model, 3)}, {"b", set_of(*model, 5)}});
  const PerplexityMatrix one = measured(*model, off, 4);
  for (const int processes : {1, 2, 3})
    for (const Index passes : {1, 3})
      as_processes(processes, [&](Ranks& ranks) {
        const auto own = model_of("mistral");
        PerplexityOptions options{{8, 0, Marks::none}, passes == 1 ? 2 : 4, passes, true};
        PerplexityMatrix matrix(off.rows(), {"en", "fr"});
        matrix.blocks = one.blocks;
        if (ranks.is_first()) matrix.fill(1, 1, one.block_nll[1][1]);  // an interrupted run's
        bool finished = false;
        measure_perplexity(*own, Letters(), measured.sources, off, options, matrix, ranks,
                           [&](const auto&) { finished = true; });
        const std::lock_guard lock(measured.checking);
        INFO(processes << " processes, " << passes << " passes");
        CHECK(finished == ranks.is_first());
        if (ranks.is_first()) CHECK(matrix.block_nll == one.block_nll);
      });
}

TEST_CASE("a process with other texts than process 0 is refused") {
  const auto model = model_of("mistral");
  Measured measured;
  const SwitchedOff off(Sets{{"a", set_of(*model, 3)}});
  int refused = 0;
  as_processes(2, [&](Ranks& ranks) {
    PerplexityMatrix matrix(off.rows(), {});
    matrix.blocks = {ranks.rank()};
    try {
      measure_perplexity(*model, Letters(), {}, off, PerplexityOptions{}, matrix, ranks, [](const auto&) {});
    } catch (const Error&) {
      ++refused;  // by one of them alone
    }
  });
  CHECK(refused == 1);
}

TEST_CASE("rows are called by what is off, with several sets by the set too") {
  const auto model = model_of("mistral");
  const SwitchedOff one(Sets{{"lape 1%", set_of(*model, 3)}}, {7, 3, {}});
  std::vector<std::string> names;
  for (const MatrixRow& row : one.rows()) names.push_back(row.name);
  CHECK(names == std::vector<std::string>{"none", "en", "fr", "random", "random, seed 9", "random, seed 11"});
  const SwitchedOff two(Sets{{"lape 1%", set_of(*model, 3)}, {"lap", set_of(*model, 5)}}, {7, 1, "fr"});
  CHECK(two.rows().size() == 5);
  CHECK(two.rows()[4].name == "lap: random");
  CHECK_THROWS_WITH(SwitchedOff(Sets{{"lap", {}}, {"lap", {}}}), Catch::Contains("told apart"));
  CHECK_THROWS_WITH(SwitchedOff(Sets{{"a", set_of(*model, 3)}}, {1, 1, "xx"}), Catch::Contains("xx"));
}

TEST_CASE("random neurons are as many as the column's language has, or as the one that is off") {
  const auto model = model_of("mistral");
  NeuronSet set = set_of(*model, 3);
  set.neurons[1][0].clear();
  const SwitchedOff each(Sets{{"a", set}}), only(Sets{{"a", set}}, {1, 2, "fr"});
  CHECK(count(each.neurons(3, "en")) == count(set.neurons[0]));
  CHECK(count(each.neurons(3, "fr")) == count(set.neurons[1]));
  CHECK(each.neurons(3, "fr") == random_neurons(count(set.neurons[1]), set.layers, set.neurons_per_layer, 1 + 1));
  CHECK(count(only.neurons(2, "en")) == count(set.neurons[1]));
  CHECK(only.neurons(2, "en") != only.neurons(3, "en"));
}

TEST_CASE("sets that are equal are measured once, and a resumed run measures what is missing") {
  Measured measured;
  const auto model = model_of("mistral");
  const SwitchedOff off(Sets{{"a", set_of(*model, 3)}, {"b", set_of(*model, 3)}});
  const PerplexityMatrix whole = measured(*model, off, 4);
  CHECK(whole.block_nll[1] == whole.block_nll[4]);
  PerplexityMatrix half(off.rows(), {"en", "fr"});
  half.blocks = whole.blocks;
  half.fill(2, 1, whole.block_nll[2][1]);
  const Provenance provenance = {{"program", "test"}};
  const PerplexityOptions options{{8, 0, Marks::none}, 3, 1, true};
  const auto path = measured.folder.write("half.json", perplexity_json(half, off.sets(), options, provenance).dump());
  PerplexityMatrix resumed(off.rows(), {"en", "fr"});
  resumed.blocks = whole.blocks;
  resume_perplexity(path, provenance, resumed);
  CHECK(resumed.nll[2][1] == whole.nll[2][1]);
  int passes = 0;
  measure_perplexity(*model, Letters(), measured.sources, off, options, resumed, [&](const auto&) { ++passes; });
  CHECK(resumed.block_nll == whole.block_nll);
  CHECK(passes == 2 + 1);  // of en none, en, fr and random, three in a pass; of fr all but its own
  CHECK_THROWS_WITH(resume_perplexity(path, {{"program", "other"}}, resumed), Catch::Contains("provenance"));
}

TEST_CASE("a file of one set has the fields it always had, and the new ones behind") {
  Measured measured;
  const auto model = model_of("mistral");
  const SwitchedOff off(Sets{{"lape 1%", set_of(*model, 3)}}, {1, 2, {}});
  const PerplexityMatrix matrix = measured(*model, off, 4);
  Provenance file = perplexity_json(matrix, off.sets(), {{8, 0, Marks::none}, 4, true}, {{"seed", 1}});
  add_statistics(file, matrix, off.sets());
  CHECK(file["rows"] == Provenance({"none", "en", "fr", "random", "random, seed 3"}));
  CHECK(file["row_off"][3] == "random");
  CHECK(file["row_seed"][4] == 3);
  CHECK(file["nll"][1][0] == *matrix.nll[1][0]);
  CHECK(file["block_nll"][1][0].size() == static_cast<std::size_t>(matrix.blocks[0]));
  CHECK(file["nll_change_interval"][0][0] == Provenance({0.0, 0.0}));
  CHECK(file["beyond_random"][3][0].is_null());
  CHECK(file["random_control"][0]["seeds"] == Provenance({1, 3}));
  const Table table = perplexity_table(matrix);
  CHECK(to_tsv(table).starts_with("off\tlanguage\tnll\tppl\tnll_change\tppl_change\tblocks\tset\t"));
  CHECK(table.rows().size() == 10);
}
