// Several processes of a recording, here as threads: each does its share, and the bits are those of one.
#include "neuroglot/experiment/ranks.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "experiment/byte_tokenizer.hpp"
#include "experiment/thread_ranks.hpp"
#include "neuroglot/experiment/record.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"

using namespace neuroglot;

namespace {

Config config() {
  Config config;
  config.model_type = "llama";
  config.vocab_size = 258;
  config.hidden_size = 16;
  config.intermediate_size = 24;
  config.num_hidden_layers = 2;
  config.num_attention_heads = config.num_key_value_heads = 2;
  config.head_dim = 8;
  config.max_position_embeddings = 64;
  return config;
}

Llama<> model_on(Cpu& cpu) {
  Llama<> model(config(), cpu);
  unsigned state = 1;
  const auto draw = [&] { return static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) * 0x1p-23f - 1; };
  for_each_weight(model, [&](const std::string&, auto& weight) {
    if constexpr (requires { weight.in_features(); }) {
      std::vector<float> row(static_cast<std::size_t>(weight.in_features()));
      for (Index n = 0; n < weight.out_features(); ++n) {
        for (float& value : row) value = draw();
        weight.set_row(n, row.data());
      }
    } else {
      for (float& value : weight) value = 1;
    }
  });
  return model;
}

/// Recordings of two small languages in 13 and 7 blocks, with samples.
struct Recording {
  Scratch folder;
  std::vector<CorpusSource> sources{{"en", folder.write("en.txt", std::string(13 * 16 + 5, 'e') + "the end")},
                                    {"fr", folder.write("fr.txt", "la fin " + std::string(6 * 16 + 9, 'f'))}};

  /// The bytes of the files that `processes` of them write, and the passes that each made.
  std::pair<std::vector<std::string>, std::vector<Index>> operator()(int processes, Index batch, Index passes) {
    std::vector<Index> rows(static_cast<std::size_t>(processes));
    as_processes(processes,
                 [&](Ranks& ranks) { rows[static_cast<std::size_t>(ranks.rank())] = run(ranks, batch, passes); });
    return {{content("stats"), content("samples")}, rows};
  }

 private:
  /// Tokens that this process has embedded.
  Index run(Ranks& ranks, Index batch, Index passes);
  std::string content(const char* name) const {
    std::ifstream file(folder.path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

/// A model that counts what goes through it.
struct Counted {
  using Backend = Cpu;
  Llama<> model;
  Index rows = 0;
  const Config& config() const { return model.config(); }
  Threads& threads() const { return model.threads(); }
};
template <class Output, class... Hooks>
void forward(Counted& counted, const PackedBatch& batch, HookSet<Hooks...> listening) {
  counted.rows += batch.rows();
  neuroglot::forward<Output>(counted.model, batch, listening);
}
template <class Output, class... Hooks>
void forward_by_layers(Counted& counted, std::span<const PackedBatch> batches, std::span<HookSet<Hooks...>> listening) {
  for (const PackedBatch& batch : batches) counted.rows += batch.rows();
  neuroglot::forward_by_layers<output::None>(counted.model, batches, listening);
}

Index Recording::run(Ranks& ranks, Index batch, Index passes) {
  Cpu cpu(1);
  Counted model{model_on(cpu)};
  RecordOptions options;
  options.blocks.block = 16;
  options.batch = batch;
  options.passes = passes;
  options.quiet = true;
  options.out = folder.path("stats");
  options.samples = folder.path("samples");
  options.sample = 8;
  std::vector<CorpusSize> sizes;
  for (const CorpusSource& source : sources) sizes.push_back(measure(source, ByteTokenizer(), options.blocks));
  record(model, ByteTokenizer(), sources, sizes, options, Provenance::object(), ranks);
  return model.rows;
}

}  // namespace

TEST_CASE("any number of processes writes the bits of one, and each does its share of the passes") {
  Recording recording;
  const auto [expected, all] = recording(1, 1, 1);
  CHECK(all == std::vector<Index>{20 * 16});
  CHECK(expected[0].size() > 1000);
  for (const int processes : {2, 3, 5})
    for (const Index batch : {1, 2})
      for (const Index passes : {1, 3}) {
        INFO(processes << " processes, " << batch << " blocks a pass, " << passes << " passes a round");
        const auto [found, rows] = recording(processes, batch, passes);
        CHECK(found == expected);
        Index sum = 0;
        for (const Index share : rows) sum += share;
        CHECK(sum == 20 * 16);
        if (batch == 1 && passes == 1)
          CHECK(*std::ranges::max_element(rows) <=
                (13 + processes - 1) / processes * 16 + (7 + processes - 1) / processes * 16);
      }
}

TEST_CASE("a process that is alone sends nothing") {
  Ranks alone;
  CHECK(alone.is_first());
  CHECK(alone.size() == 1);
  CHECK_THROWS_AS(alone.send({}), Error);
  CHECK_THROWS_AS(alone.receive(1, {}), Error);
}
