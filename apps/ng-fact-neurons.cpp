// ng-fact-neurons: which neurons stand for a fact in each language, how far languages share them, and what becomes of
// the fact in other languages when they are switched off. (Zhao et al. 2024, section 5; Figs. 14 to 16 of the slides)
#include "fact_neuron_inputs.hpp"
#include "fact_neuron_options.hpp"
#include "facts_off.hpp"
#include "families.hpp"
#include "neuroglot/experiment/facts/choose_fact.hpp"
#include "neuroglot/experiment/facts/corpus_presence.hpp"
#include "neuroglot/experiment/facts/fact_neuron_tables.hpp"
#include "neuroglot/experiment/facts/fact_plan.hpp"
#include "neuroglot/experiment/facts/fact_scores_file.hpp"
#include "neuroglot/experiment/facts/facts_off_file.hpp"
#include "neuroglot/experiment/facts/find_fact_neurons.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  line.positional_model("config.json, *.safetensors, tokenizer files");
  ng::add_fact_neuron_options(line);
  ng::add_facts_off_options(line);
  ng::add_model_options(line);
  line.add()("out", ng::po::value<std::string>(), "the file that is written: fact_neurons.json");
  line.add()("sets", ng::po::value<std::string>(), "the neurons of each fact too, as lines of JSON");
  line.add()("scores", ng::po::value<std::string>(), "all scores too: LANG.RELATION.safetensors in this folder");
  line.add()("resume", ng::po::bool_switch(), "keep the relations that an interrupted run left in OUT.partial");
  line.add()("table", ng::po::value<std::string>()->default_value("languages"),
             "on stdout: languages, pairs, kinds or off");
  line.add()("json", ng::po::bool_switch(), "the table as JSON instead of TSV");
}

/// What decides the neurons of facts.
Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         const ng::FactNeuronInputs& in, const FactNeuronOptions& options) {
  Provenance provenance = program_provenance("ng-fact-neurons");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  provenance["facts"] = {{"folder", line.text("facts")}, {"predicted_facts_hash", ng::predicted_hash(in.predicted)}};
  provenance["hits"] = file_provenance(line.text("hits"));
  provenance["languages"] = in.languages;
  for (const char* option : {"policy", "site", "grouping", "dtype"}) provenance[option] = line.text(option);
  provenance["top"] = options.top;
  provenance["groups"] = options.groups;
  provenance["fact"] = options.drawn;
  provenance["backend"] = model.backend_name();
  return provenance;
}

/// Throws Error where the hits say that they are of other weights.
void require_same_model(const ng::CommandLine& line, const ng::FactNeuronInputs& in, const Provenance& own) {
  const auto& model = in.hits.provenance.find("model");
  if (model == in.hits.provenance.end() || !model->is_object() || !model->contains("weights")) return;
  if ((*model)["weights"] != own["model"]["weights"])
    throw error(line.text("hits"), ": are the hits of another model (", (*model)["weights"].dump(), ", not ",
                own["model"]["weights"].dump(), "): run ng-probe with ", line.text("model"));
}

FactNeuronOptions neuron_options(const ng::CommandLine& line, const ng::FactNeuronInputs& in) {
  FactNeuronOptions options;
  options.top = ng::counted(line, "top", 1);
  options.batch = ng::counted(line, "batch", 1);
  options.groups = ng::counted(line, "groups", 1);
  ng::with_grouping(line, [&]<class G>(G) { options.group_means = &group_means<G>; });
  options.drawn = line.has("fact") ? chosen_fact(in.predicted, line.text("fact")) : widest_fact(in.predicted);
  return options;
}

NeuronShape shape_of(const ng::CommandLine& line, const Config& config) {
  NeuronShape shape;
  ng::with_fact_site(line, config, [&](auto at) { shape = {config.num_hidden_layers, site_width(at, config)}; });
  return shape;
}

/// What an interrupted run leaves.
std::filesystem::path partial_of(const ng::CommandLine& line) {
  return line.text("out") + ".partial";
}

FactNeuronMethod method_of(const ng::CommandLine& line, const FactNeuronOptions& options) {
  FactNeuronMethod method;
  method.policy = line.text("policy");
  method.site = line.text("site");
  method.grouping = line.text("grouping");
  method.top = options.top;
  if (line.has("shared-above")) method.shared_above = ng::share(line, "shared-above");
  method.rule.majority = ng::share(line, "majority");
  return method;
}

/// Finds the neurons, relation by relation; what an interrupted run found is taken over.
void find_neurons(const ng::CommandLine& line, AnyModel& model, const PromptBuilder& builder,
                  const ng::FactNeuronInputs& in, const FactNeuronOptions& options, const NeuronShape& shape,
                  const Provenance& provenance, RelationNeuronsLog& log) {
  const auto keep_scores = [&](const Matrix<float>& scores, const PredictedRelation& of) {
    if (line.has("scores")) write_fact_scores(line.text("scores"), scores, of, shape, provenance);
  };
  ng::with_fact_score(line, [&]<class P>(const P& policy) {
    ng::with_fact_site(line, model.config(), [&]<class Site>(Site) {
      find_fact_neurons<Site>(model, policy, builder, in.predicted, options, line.flag("quiet"), log, keep_scores);
    });
  });
}

/// From the neurons of facts to what languages have in common.
FactNeuronResults compare(const ng::CommandLine& line, const ng::FactNeuronInputs& in, const RelationNeuronsLog& log,
                          const FactNeuronMethod& method, Threads& threads) {
  FactNeuronResults found;
  found.scores = in.scores;
  found.skipped = in.skipped;
  found.sets = fact_neuron_sets(in.languages, log.finished());
  for (const RelationNeurons& of : log.finished()) {
    found.skipped.insert(found.skipped.end(), of.skipped.begin(), of.skipped.end());
    if (of.activity) found.activities.push_back(*of.activity);
  }
  found.sharing = neuron_sharing(found.sets, threads);
  found.by_chance = overlaps_by_chance(found.sets, method.chance_quantile, threads);
  if (method.shared_above)
    for (auto& row : found.by_chance) std::ranges::fill(row, method.shared_above);
  if (line.has("absent")) found.presence = read_corpus_presence(line.text("absent"), found.sets);
  found.kinds = fact_kinds(found.sets, found.by_chance, found.presence, method.rule);
  return found;
}

Table chosen_table(const std::string& name, const FactNeuronResults& found) {
  if (name == "languages") return fact_languages_table(found);
  if (name == "pairs") return fact_pairs_table(found);
  if (name == "kinds") return fact_kinds_table(found);
  if (name == "off") return facts_off_table(found);
  throw usage_error("--table ", name, ": there are languages, pairs, kinds, off");
}

void write_sets(const std::filesystem::path& path, const RelationNeuronsLog& log, const NeuronShape& shape,
                const Provenance& provenance) {
  AtomicFile file(path);
  file.write(provenance_line(provenance) + "\n");
  for (const RelationNeurons& of : log.finished()) file.write(relation_line(of, shape) + "\n");
  file.commit();
}

void tell_skipped(const FactNeuronResults& found, bool quiet) {
  if (quiet || found.skipped.empty()) return;
  std::cerr << found.skipped.size() << " facts or relations have no neurons, the first: " << found.skipped[0].place
            << " " << found.skipped[0].why << " (all are in the file)\n";
}

/// Everything that the options ask for but can not be had, told before the model is loaded.
void check_options(const ng::CommandLine& line, const ng::FactNeuronInputs& in) {
  chosen_table(line.text("table"), {});
  ng::off_sources(line, in.languages);
  if (line.has("absent")) read_corpus_presence(line.text("absent"), FactNeuronSets{});
  if (line.has("scores")) std::filesystem::create_directories(line.text("scores"));
}

/// The neurons of all facts: of an interrupted run and of this one.
RelationNeuronsLog neurons_of_facts(const ng::CommandLine& line, AnyModel& model, const PromptBuilder& builder,
                                    const ng::FactNeuronInputs& in, const FactNeuronOptions& options,
                                    const NeuronShape& shape, const Provenance& provenance) {
  RelationNeuronsLog log(partial_of(line), provenance, shape, line.flag("resume"));
  find_neurons(line, model, builder, in, options, shape, provenance, log);
  if (line.has("sets")) write_sets(line.text("sets"), log, shape, provenance);
  return log;
}

void write_results(const ng::CommandLine& line, const FactNeuronResults& found, const FactNeuronMethod& method,
                   const FactsOffOptions& off, const std::optional<FactPlan>& plan, Provenance provenance) {
  for (const char* file : {"absent", "plan"})
    if (line.has(file)) provenance[file] = file_provenance(line.text(file));
  Provenance file = fact_neurons_json(found, method, provenance);
  if (plan) file["confusion"] = confusion_json(confusion_of_kinds(*plan, found.sets, found.kinds));
  if (found.off) file["off"] = facts_off_json(found, off);
  write_file(line.required_path("out"), file.dump(1) + "\n");
  std::filesystem::remove(partial_of(line));
}

ng::CommandLine command_line() {
  ng::CommandLine line(
      "ng-fact-neurons", "MODEL --facts FOLDER --hits hits.jsonl --out fact_neurons.json [options]",
      "Finds the neurons that tell a fact from the others of its relation, in each language that predicts it\n"
      "(PROBELESS), and how far languages have the same neurons for the same facts; says of each fact whether its\n"
      "representation is independent, shared or transferred. With --off it switches the neurons of one language off\n"
      "and asks for the facts in all. All of it goes to OUT, a table to stdout.",
      "  ng-fact-neurons mbert --facts mlama1.1 --hits run/hits.jsonl --out run/fact_neurons.json\n"
      "  ng-fact-neurons mbert --facts mlama1.1 --hits run/hits.jsonl --absent run/roots.jsonl --off en de \\\n"
      "                  --fact 'William Pitt the Younger / P937' --out run/fact_neurons.json --table off\n");
  add_options(line);
  return line;
}

int run(int argc, char** argv) {
  ng::CommandLine line = command_line();
  if (!line.parse(argc, argv)) return 0;
  const OutputClaim claim(line.required_path("out"));
  const ng::FactNeuronInputs in = ng::read_inputs(line);
  check_options(line, in);
  const FactNeuronOptions options = neuron_options(line, in);
  FactNeuronMethod method = method_of(line, options);
  std::optional<FactPlan> plan;
  if (line.has("plan")) plan = read_fact_plan(line.text("plan"));

  const auto tokenizer = load_tokenizer(line.model());
  const PromptBuilder builder(*tokenizer, mask_token(line.model(), *tokenizer));
  const auto model = ng::load_model(line, line.model());
  const FactsOffOptions off = ng::off_options(line, in.languages);
  method.shape = shape_of(line, model->config());
  const Provenance provenance = provenance_of(line, *model, *tokenizer, in, options);
  require_same_model(line, in, provenance);

  const RelationNeuronsLog neurons = neurons_of_facts(line, *model, builder, in, options, method.shape, provenance);
  FactNeuronResults found = compare(line, in, neurons, method, model->threads());
  found.drawn = options.drawn;
  if (!off.sources.empty())
    found.off = ng::switch_off(line, *model, *tokenizer, builder, in.predicted, found.sets, off, method.shape);

  write_results(line, found, method, off, plan, provenance);
  tell_skipped(found, line.flag("quiet"));
  const Table table = chosen_table(line.text("table"), found);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-fact-neurons", [&] { return run(argc, argv); });
}
