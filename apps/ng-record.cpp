// ng-record: how often each neuron is active in each language. (Tang et al. 2024, section 2)
#include <optional>

#include "corpus_options.hpp"
#include "families.hpp"
#include "neuroglot/experiment/record.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "neuroglot/text/load_tokenizer.hpp"
#include "processes.hpp"
#include "stream_option.hpp"

namespace {

using namespace neuroglot;

/// Calls f with the site of that name; UsageError for one where neurons can not be counted.
template <class F>
auto with_neuron_site(std::string name, F f) {
  if (name.starts_with("blocks.*.")) name.erase(0, 9);
  if (name == site::mlp_act::name) return f(site::mlp_act{});
  if (name == site::mlp_pre::name) return f(site::mlp_pre{});
  if (name == site::mlp_post::name) return f(site::mlp_post{});
  if (name == site::mlp_pre_linear::name) return f(site::mlp_pre_linear{});
  throw usage_error("--site ", name,
                    ": neurons are counted at mlp.hook_act, mlp.hook_pre, mlp.hook_post or mlp.hook_pre_linear");
}

void add_options(ng::CommandLine& line) {
  line.positional_model("config.json, *.safetensors, tokenizer files");
  ng::add_corpus_options(line);
  ng::add_model_options(line);
  line.add()("out", ng::po::value<std::string>(), "the file that is written");
  line.add()("site", ng::po::value<std::string>()->default_value("mlp.hook_act"),
             "where: after the activation, before times up");
  line.add()("samples", ng::po::value<std::string>(),
             "also writes samples for ng-select --method probe: of each window of text the mean activation and the "
             "share of positive ones");
  line.add()("sample", ng::po::value<Index>()->default_value(0),
             "tokens of a sample, which divide --block; 0: a block");
  ng::add_stream_option(line);
  line.add()("resume", ng::po::bool_switch(), "go on from OUT.partial, which an interrupted run leaves");
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         const RecordOptions& options, const std::vector<CorpusSource>& sources,
                         const std::vector<CorpusSize>& sizes) {
  Provenance provenance = program_provenance("ng-record");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  provenance["corpora"] = corpora_provenance(sources, sizes, options.blocks.block);
  provenance["site"] = "blocks.*." + std::string(with_neuron_site(line.text("site"), [](auto at) { return at.name; }));
  provenance["block"] = options.blocks.block;
  provenance["marks"] = name(options.blocks.marks);
  if (!options.samples.empty()) provenance["sample"] = options.sample;
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

int run(int argc, char** argv, ng::Processes& processes) {
  ng::CommandLine line(
      "ng-record", "MODEL --corpus LANG=PATH ... --out stats.safetensors [options]",
      "Runs corpora through a model and counts, for each language, layer and neuron, at how many "
      "positions its activation is\n"
      "above 0; sums and sums of squares too. Documents are laid end to end and cut into blocks; a "
      "last partial block is dropped.",
      "  ng-record SmolLM2-135M --corpus en=en.jsonl fr=fr.jsonl.gz --block 512 --tokens 20480 --out "
      "run/stats.safetensors\n"
      "  ng-record SmolLM2-135M --corpus en=en/ fr=fr/ --out run/stats.safetensors --resume   # after "
      "an interruption\n"
      "  mpirun -n 4 ng-record SmolLM2-135M --corpus en=en/ fr=fr/ --out run/stats.safetensors   # the "
      "same bits\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  RecordOptions options;
  Ranks& ranks = processes.ranks();
  const bool quiet = line.flag("quiet") || !ranks.is_first();
  options.out = line.required_path("out");
  std::optional<OutputClaim> claim;
  if (ranks.is_first()) claim.emplace(options.out);
  const std::vector<CorpusSource> sources = ng::corpora(line);
  const auto tokenizer = load_tokenizer(line.model());
  const auto model =
      ng::load_model(line, line.model(), {ng::stream_tokens(line) > 0, processes.number_on_this_machine()});
  options.blocks = ng::block_options(line, model->config());
  options.batch = ng::blocks_in_a_pass(line, options.blocks.block);
  options.passes = ng::passes_together(line, options.batch * options.blocks.block);
  options.quiet = quiet;
  options.resume = line.flag("resume");
  options.sample = line.get<Index>("sample") == 0 ? options.blocks.block : line.get<Index>("sample");
  if (line.has("samples")) options.samples = line.text("samples");
  std::optional<OutputClaim> claim_of_samples;
  if (line.has("samples") && ranks.is_first()) claim_of_samples.emplace(options.samples);
  const std::vector<CorpusSize> sizes = ng::measure_all(sources, *tokenizer, options.blocks, quiet);

  const Provenance provenance = provenance_of(line, *model, *tokenizer, options, sources, sizes);
  with_neuron_site(line.text("site"), [&]<class Site>(Site) {
    record<Site>(*model, *tokenizer, sources, sizes, options, provenance, ranks);
    return 0;
  });
  if (!quiet) std::cerr << options.out.string() << ": written\n";
  if (!quiet && !options.samples.empty()) std::cerr << options.samples.string() << ": written\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ng::Processes processes(argc, argv);
  return processes.end(ng::guarded("ng-record", [&] { return run(argc, argv, processes); }));
}
