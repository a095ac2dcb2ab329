// ng-perplexity: what switching off one language's neurons does to the perplexity of all languages, for one set of
// neurons or for many. (Tang et al. 2024, Figs. 2 and 3)
#include <optional>

#include "corpus_options.hpp"
#include "families.hpp"
#include "neuroglot/experiment/perplexity_file.hpp"
#include "neuroglot/experiment/perplexity_table.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "neuroglot/text/load_tokenizer.hpp"
#include "neuron_sets.hpp"
#include "processes.hpp"
#include "stream_option.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  line.positional_model("config.json, *.safetensors, tokenizer files");
  ng::add_neuron_set_options(line);
  ng::add_corpus_options(line);
  ng::add_model_options(line);
  line.add()("seed", ng::po::value<std::uint64_t>()->default_value(1), "of the random control");
  line.add()("seeds", ng::po::value<Index>()->default_value(1), "how often the random control is drawn and measured");
  ng::add_stream_option(line);
  line.add()("out", ng::po::value<std::string>(), "the file that is written: perplexity.json");
  line.add()("resume", ng::po::bool_switch(), "keep the cells that an interrupted run left in OUT.partial");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

SwitchedOffOptions switched_off_options(const ng::CommandLine& line) {
  SwitchedOffOptions options{line.get<std::uint64_t>("seed"), line.get<Index>("seeds"), {}};
  if (options.seeds < 0) throw usage_error("--seeds ", options.seeds, ": not a number of random controls");
  if (line.has("off")) options.only = line.text("off");
  return options;
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         const Provenance& neurons, const std::vector<CorpusSource>& sources,
                         const std::vector<CorpusSize>& sizes, const BlockOptions& blocks) {
  Provenance provenance = program_provenance("ng-perplexity");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  provenance["neurons"] = neurons;
  provenance["corpora"] = corpora_provenance(sources, sizes, blocks.block);
  provenance["block"] = blocks.block;
  provenance["marks"] = name(blocks.marks);
  provenance["seed"] = line.get<std::uint64_t>("seed");
  provenance["seeds"] = line.get<Index>("seeds");
  if (line.has("off")) provenance["off"] = line.text("off");
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

PerplexityMatrix empty_matrix(const SwitchedOff& switched_off, const std::vector<CorpusSource>& sources,
                              const std::vector<CorpusSize>& sizes) {
  std::vector<std::string> languages;
  for (const CorpusSource& source : sources) languages.push_back(source.language);
  PerplexityMatrix matrix(switched_off.rows(), languages);
  for (std::size_t k = 0; k < sizes.size(); ++k) matrix.blocks[k] = sizes[k].blocks;
  return matrix;
}

PerplexityOptions options_of(const ng::CommandLine& line, const Config& config, const Ranks& ranks) {
  PerplexityOptions options;
  options.blocks = ng::block_options(line, config);
  options.batch = ng::blocks_in_a_pass(line, options.blocks.block);
  options.passes = ng::passes_together(line, options.batch * options.blocks.block);
  options.quiet = line.flag("quiet") || !ranks.is_first();
  return options;
}

void finish(const ng::CommandLine& line, const PerplexityMatrix& matrix, const SwitchedOff& switched_off,
            Provenance file) {
  add_statistics(file, matrix, switched_off.sets());
  write_file(line.text("out"), file.dump(1) + "\n");
  const Table table = perplexity_table(matrix);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
}

ng::CommandLine command_line() {
  ng::CommandLine line(
      "ng-perplexity", "MODEL --neurons neurons.json ... --corpus LANG=PATH ... --out perplexity.json [options]",
      "Perplexity of each language (columns) with nothing off, with each language's neurons off, and with as many "
      "random\n"
      "neurons off (rows), for each set of neurons that is given; all sets are measured in the same passes. Each cell\n"
      "has a 95% bootstrap interval over blocks. The matrix goes to OUT, a row a cell to stdout.",
      "  ng-perplexity SmolLM2-135M --neurons run/neurons.json --corpus en=en.jsonl fr=fr.jsonl --block 512 \\\n"
      "                --out run/perplexity.json > run/perplexity.tsv\n"
      "  ng-perplexity SmolLM2-135M --neurons run/lape.json run/lap.json --seeds 5 --corpus en=en.jsonl fr=fr.jsonl "
      "\\\n"
      "                --block 512 --out run/perplexity.json > run/perplexity.tsv\n"
      "  ng-perplexity SmolLM2-135M --stats run/stats.safetensors --rates 0.01,0.02,0.05,0.1 --off fr --block 512 \\\n"
      "                --corpus en=en.jsonl fr=fr.jsonl --out run/perplexity_rates.json > run/rates.tsv\n"
      "  mpirun -n 4 ng-perplexity Llama-2-70b-hf --stream 65536 --neurons run/neurons.json --corpus en=en/ fr=fr/ \\\n"
      "                --out run/perplexity.json > run/perplexity.tsv\n");
  add_options(line);
  return line;
}

int run(int argc, char** argv, ng::Processes& processes) {
  ng::CommandLine line = command_line();
  if (!line.parse(argc, argv)) return 0;

  Ranks& ranks = processes.ranks();
  const auto out = line.required_path("out");
  std::optional<OutputClaim> claim;
  if (ranks.is_first()) claim.emplace(out);
  const SwitchedOffOptions off = switched_off_options(line);
  const std::vector<CorpusSource> sources = ng::corpora(line);
  const ng::NeuronSetSources set_sources = ng::neuron_set_sources(line);
  const auto tokenizer = load_tokenizer(line.model());
  const auto model =
      ng::load_model(line, line.model(), {ng::stream_tokens(line) > 0, processes.number_on_this_machine()});
  const PerplexityOptions options = options_of(line, model->config(), ranks);
  auto [sets, neurons] = ng::neuron_sets(line, set_sources, model->config());
  const SwitchedOff switched_off(std::move(sets), off);
  const std::vector<CorpusSize> sizes = ng::measure_all(sources, *tokenizer, options.blocks, options.quiet);
  const Provenance provenance = provenance_of(line, *model, *tokenizer, neurons, sources, sizes, options.blocks);

  PerplexityMatrix matrix = empty_matrix(switched_off, sources, sizes);
  const std::filesystem::path partial = out.string() + ".partial";
  if (ranks.is_first() && line.flag("resume") && std::filesystem::exists(partial))
    resume_perplexity(partial, provenance, matrix);
  const auto file = [&] { return perplexity_json(matrix, switched_off.sets(), options, provenance); };
  measure_perplexity(*model, *tokenizer, sources, switched_off, options, matrix, ranks,
                     [&](const auto&) { write_file(partial, file().dump(1) + "\n"); });
  if (!ranks.is_first()) return 0;
  finish(line, matrix, switched_off, file());
  std::filesystem::remove(partial);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ng::Processes processes(argc, argv);
  return processes.end(ng::guarded("ng-perplexity", [&] { return run(argc, argv, processes); }));
}
