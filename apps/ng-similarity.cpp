// ng-similarity: how alike the same sentences are in different languages, layer by layer, and which language the others
// gather around. (Tang et al. 2024, Figs. 5 to 7)
#include <algorithm>

#include "families.hpp"
#include "neuroglot/experiment/measure_similarity.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/experiment/parallel_text.hpp"
#include "neuroglot/experiment/similarity_file.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  using ng::po::value;
  line.positional_model("config.json, *.safetensors, tokenizer files");
  line.add()("parallel", value<std::vector<std::string>>()->multitoken(),
             "LANG=PATH ...: text files, plain or gzipped, line n of each the same sentence in its language");
  line.add()("sentences", value<Index>()->default_value(0), "of each file the first so many; 0: all");
  line.add()("pooling", value<std::string>(),
             "a sentence's vector: last, its last token (default of decoders); mean, over its tokens (default of "
             "encoders); cls, its first token");
  line.add()("site", value<std::string>(),
             "of each block: hook_resid_post (default), hook_resid_mid, ln2.hook_output (default of post-norm blocks, "
             "where it is what the next block reads)");
  line.add()("marks", value<std::string>()->default_value("document"),
             "document: what the tokenizer puts around a text ([CLS], BOS, ...) stands around each sentence; none: "
             "text alone");
  line.add()("prefix", value<std::string>()->default_value(""), "before each sentence: \"query: \" for the e5 models");
  line.add()("neurons", value<std::string>(), "neurons.json of ng-select, for the second line of Fig. 5");
  line.add()("batch", value<Index>()->default_value(2048), "tokens in a pass, about. No result depends on it");
  ng::add_model_options(line);
  line.add()("out", value<std::string>(), "the file that is written: similarity.json");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

ParallelText parallel_text(const ng::CommandLine& line) {
  if (!line.has("parallel")) throw usage_error("--parallel is missing: LANG=PATH, once a language");
  const auto sentences = line.get<Index>("sentences");
  if (sentences < 0) throw usage_error("--sentences ", sentences, ": not a number of sentences");
  return read_parallel(parse_corpus_arguments(line.get<std::vector<std::string>>("parallel")), sentences);
}

SentenceOptions sentence_options(const ng::CommandLine& line) {
  const Marks marks = marks_named(line.text("marks"));
  if (marks == Marks::block) throw usage_error("--marks block: sentences are no blocks; document and none are");
  return {marks == Marks::document ? SpecialTokens::added : SpecialTokens::none, line.text("prefix")};
}

Index tokens_in_a_pass(const ng::CommandLine& line) {
  const auto batch = line.get<Index>("batch");
  if (batch < 1) throw usage_error("--batch ", batch, ": not a number of tokens");
  return batch;
}

/// What --pooling says, or what the model was made for.
std::string chosen_pooling(const ng::CommandLine& line, const Config& config) {
  if (line.has("pooling")) return line.text("pooling");
  return std::string(config.is_causal ? LastPooling::name : MeanPooling::name);
}

/// What --site says, or what a block hands to the next one. Throws UsageError for a site that the model lacks.
std::string chosen_site(const ng::CommandLine& line, const Config& config) {
  const auto lacks = [&](std::string_view name) {
    return std::find(config.lacking_sites.begin(), config.lacking_sites.end(), name) != config.lacking_sites.end();
  };
  const bool post_norm = lacks(site::ln_final::name);  // no norm is left to come after the last block
  if (!line.has("site")) return std::string(post_norm ? site::ln2::name : site::resid_post::name);
  std::string name = line.text("site");
  if (name.starts_with("blocks.*.")) name.erase(0, 9);
  if (name.find("hook_") == std::string::npos) name.insert(0, "hook_");
  if (lacks(name)) throw usage_error("--site ", name, ": this model has no such site");
  return name;
}

/// Calls f with the site of that name; UsageError for one where no sentence is taken.
template <class F>
auto with_stream_site(const std::string& name, F f) {
  if (name == site::resid_post::name) return f(site::resid_post{});
  if (name == site::resid_mid::name) return f(site::resid_mid{});
  if (name == site::ln2::name) return f(site::ln2{});
  throw usage_error("--site ", name, ": sentences are taken at hook_resid_post, hook_resid_mid or ln2.hook_output");
}

SentenceEmbeddings embed(const ng::CommandLine& line, AnyModel& model, const ParallelTokens& tokens) {
  const Index batch = tokens_in_a_pass(line);
  return with_pooling(chosen_pooling(line, model.config()), [&]<class P>(P) {
    return with_stream_site(chosen_site(line, model.config()), [&]<class Site>(Site) {
      return embed_sentences<P, Site>(model, tokens, batch, line.flag("quiet"));
    });
  });
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         const ParallelText& text, const ParallelTokens& tokens,
                         const std::optional<NeuronFile>& neurons) {
  Provenance provenance = program_provenance("ng-similarity");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  provenance["parallel"] = Provenance::array();
  for (std::size_t k = 0; k < text.languages(); ++k)
    provenance["parallel"].push_back({{"language", text.sources[k].language},
                                      {"path", text.sources[k].path.string()},
                                      {"sentences", text.size()},
                                      {"sentences_hash", text.hashes[k]},
                                      {"tokens", tokens.tokens(k)}});
  provenance["marks"] = line.text("marks");
  provenance["prefix"] = line.text("prefix");
  if (neurons) provenance["neurons"] = {{"file", line.text("neurons")}, {"provenance", neurons->provenance}};
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-similarity", "MODEL --parallel LANG=PATH ... --out similarity.json [options]",
      "Compares the embeddings of the same sentences in different languages: their similarity (SES), layer by layer "
      "and "
      "pair\nby pair, and the dominance of each language, how well the others fall onto it once the means of the "
      "languages are\nexchanged. All of it goes to OUT, a row a layer to stdout. All embeddings are kept in memory.",
      "  ng-similarity SmolLM2-135M --parallel en=en.txt fr=fr.txt es=es.txt --neurons run/neurons.json \\\n"
      "                --out run/similarity.json > run/similarity.tsv\n"
      "  ng-similarity multilingual-e5-small --prefix 'query: ' --parallel en=en.txt ja=ja.txt --out "
      "run/similarity.json\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const ParallelText text = parallel_text(line);
  const auto tokenizer = load_tokenizer(line.model());
  const auto model = ng::load_model(line, line.model());
  const Config& config = model->config();
  const ParallelTokens tokens = tokenise(text, *tokenizer, sentence_options(line), config.max_position_embeddings);
  std::optional<NeuronFile> neurons;
  if (line.has("neurons")) neurons = read_neurons(line.text("neurons"), config.num_hidden_layers, config.neurons());
  NeuronsOfBlocks of_blocks;
  if (neurons) of_blocks = unique_by_layer(neurons->set);

  const SentenceEmbeddings embeddings = embed(line, *model, tokens);
  const LanguageSimilarity similarity = measure_similarity(embeddings, model->threads());
  const Provenance file =
      similarity_json(similarity, of_blocks, "blocks.*." + chosen_site(line, config), chosen_pooling(line, config),
                      provenance_of(line, *model, *tokenizer, text, tokens, neurons));
  write_file(out, file.dump(1) + "\n");
  const Table table = similarity_table(similarity, of_blocks);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-similarity", [&] { return run(argc, argv); });
}
