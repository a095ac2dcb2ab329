// ng-perplexity: what switching off one language's neurons does to the perplexity of all languages. (Tang et al. 2024,
// Fig. 2)
#include "corpus_options.hpp"
#include "families.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/perplexity_file.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  line.positional_model("config.json, *.safetensors, tokenizer files");
  line.add()("neurons", ng::po::value<std::string>(), "neurons.json of ng-select");
  ng::add_corpus_options(line);
  ng::add_model_options(line);
  line.add()("seed", ng::po::value<std::uint64_t>()->default_value(1), "of the random control");
  line.add()("out", ng::po::value<std::string>(), "the file that is written: perplexity.json");
  line.add()("resume", ng::po::bool_switch(), "keep the cells that an interrupted run left in OUT.partial");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

/// Of the bytes of a file.
std::string hash_of(const std::filesystem::path& path) {
  ContentHash hash;
  hash.add(MappedFile(path).bytes());
  return hash.text();
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         const Provenance& neurons, const std::vector<CorpusSource>& sources,
                         const std::vector<CorpusSize>& sizes, const BlockOptions& blocks) {
  Provenance provenance = program_provenance("ng-perplexity");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  provenance["neurons"] = {
      {"file", line.text("neurons")}, {"hash", hash_of(line.text("neurons"))}, {"provenance", neurons}};
  provenance["corpora"] = corpora_provenance(sources, sizes, blocks.block);
  provenance["block"] = blocks.block;
  provenance["marks"] = name(blocks.marks);
  provenance["seed"] = line.get<std::uint64_t>("seed");
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-perplexity", "MODEL --neurons neurons.json --corpus LANG=PATH ... --out perplexity.json [options]",
      "Perplexity of each language (columns) with nothing off, with each language's neurons off, and with as many "
      "random\n"
      "neurons off (rows). The matrix goes to OUT, a row a cell to stdout.",
      "  ng-perplexity SmolLM2-135M --neurons run/neurons.json --corpus en=en.jsonl fr=fr.jsonl --block 512 \\\n"
      "                --out run/perplexity.json > run/perplexity.tsv\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const auto neuron_path = line.required_path("neurons");
  const std::vector<CorpusSource> sources = ng::corpora(line);
  const auto tokenizer = load_tokenizer(line.model());
  const auto model = ng::load_model(line, line.model());
  PerplexityOptions options;
  options.blocks = ng::block_options(line, model->config());
  options.batch = ng::blocks_in_a_pass(line, options.blocks.block);
  options.quiet = line.flag("quiet");
  const NeuronFile neurons = read_neurons(neuron_path, model->config().num_hidden_layers, model->config().neurons());
  const std::vector<CorpusSize> sizes = ng::measure_all(sources, *tokenizer, options.blocks, options.quiet);
  const Provenance provenance =
      provenance_of(line, *model, *tokenizer, neurons.provenance, sources, sizes, options.blocks);

  const SwitchedOff switched_off(neurons.set, line.get<std::uint64_t>("seed"));
  std::vector<std::string> languages;
  for (const CorpusSource& source : sources) languages.push_back(source.language);
  PerplexityMatrix matrix(switched_off.rows(), languages);
  for (std::size_t k = 0; k < sizes.size(); ++k) matrix.blocks[k] = sizes[k].blocks;
  const std::filesystem::path partial = out.string() + ".partial";
  if (line.flag("resume") && std::filesystem::exists(partial)) resume_perplexity(partial, provenance, matrix);
  const auto save = [&](const std::filesystem::path& path) {
    write_file(path, perplexity_json(matrix, options, provenance).dump(1) + "\n");
  };
  measure_perplexity(*model, *tokenizer, sources, sizes, switched_off, options, matrix,
                     [&](const auto&) { save(partial); });
  save(out);
  std::filesystem::remove(partial);
  const Table table = perplexity_table(matrix);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-perplexity", [&] { return run(argc, argv); });
}
