// ng-roots: whether the facts that a model predicts in a language stand in that language's corpus, and of which type
// those are that do not. (Zhao et al. 2024, section 6, Figs. 17 and 18)
#include "neuroglot/experiment/facts/plan_presence.hpp"
#include "neuroglot/experiment/facts/roots_file.hpp"
#include "neuroglot/experiment/facts/type_roots.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "roots_options.hpp"

namespace {

using namespace neuroglot;

/// What is read before anything is searched.
struct Inputs {
  FactSet facts;
  std::vector<SearchTask> tasks;
  std::optional<Hits> hits;
  std::optional<FactPlan> plan;
  std::unique_ptr<Tokenizer> tokenizer;
  std::filesystem::path tokenizer_folder;
  std::vector<FactPredictions> predictions;  ///< of each language of the facts; empty where it was not asked
};

void read_predictions(const ng::CommandLine& line, Match match, Inputs& inputs) {
  inputs.predictions.resize(inputs.facts.languages.size());
  if (!inputs.hits) return;
  for (const LanguageHits& of : inputs.hits->languages) {
    const auto found = std::ranges::find(inputs.facts.languages, of.language, &LanguageFacts::language);
    if (found != inputs.facts.languages.end())
      inputs.predictions[static_cast<std::size_t>(found - inputs.facts.languages.begin())] =
          predictions_of(listed_facts(*found), of, match);
    else if (!line.has("languages"))
      throw error(line.text("hits"), ": speaks of language ", of.language, ", of which there are no facts in ",
                  line.text("facts"));
  }
}

void open_tokenizer(const ng::CommandLine& line, const SearchOptions& search, Inputs& inputs) {
  const bool is_needed = inputs.hits || search.chunking.kind == ChunkKind::pieces;
  if (!is_needed) return;
  const auto folder = ng::tokenizer_folder(line, inputs.hits ? inputs.hits->provenance : Provenance());
  if (!folder)
    throw usage_error("which word pieces? ", inputs.hits ? "the hits do not name their model" : "there are no hits",
                      ": --tokenizer MODEL is needed, for --chunk pieces:N and for shared word pieces");
  inputs.tokenizer = load_tokenizer(*folder);
  inputs.tokenizer_folder = *folder;
}

Inputs read_inputs(const ng::CommandLine& line, const SearchOptions& search, Match match) {
  if (!line.has("facts")) throw usage_error("--facts is missing: a folder in mLAMA's format");
  if (line.flag("near-misses") && !line.has("hits")) throw usage_error("--near-misses needs --hits");
  if (line.has("model") && !line.has("hits")) throw usage_error("--model needs --hits");
  Inputs inputs;
  inputs.facts = read_facts(line.text("facts"), line.words("languages"));
  inputs.tasks = ng::search_tasks(line, inputs.facts);
  if (line.has("plan")) {
    inputs.plan = read_fact_plan(line.text("plan"));
    require_stated(*inputs.plan, line.text("plan"));
  }
  if (line.has("hits")) inputs.hits = read_hits(line.text("hits"));
  read_predictions(line, match, inputs);
  open_tokenizer(line, search, inputs);
  return inputs;
}

/// What the results depend on, the contents of the corpora apart: these are hashed as they are read.
Provenance provenance_of(const ng::CommandLine& line, const Inputs& inputs, const RootsWords& words) {
  Provenance provenance = program_provenance("ng-roots");
  provenance["facts"] = {{"folder", std::filesystem::weakly_canonical(line.text("facts")).string()},
                         {"hash", facts_hash(inputs.facts)}};
  if (inputs.hits) provenance["hits"] = file_provenance(line.text("hits"), inputs.hits->provenance);
  if (line.has("plan")) provenance["plan"] = file_provenance(line.text("plan"));
  for (const SearchTask& task : inputs.tasks)
    provenance["corpora"].push_back({{"language", task.corpus.language},
                                     {"path", task.corpus.path.string()},
                                     {"bytes", bytes_of(article_files(task.corpus))}});
  if (inputs.tokenizer) provenance["tokenizer"] = inputs.tokenizer->description();
  if (line.has("model")) provenance["model"] = Checkpoint(line.model()).hash();
  provenance["options"] = {{"chunk", words.search.chunking.name()},
                           {"ignore_case", words.search.rule.ignore_case},
                           {"inside_words", words.search.rule.anywhere},
                           {"titles", words.search.with_titles},
                           {"match", words.match},
                           {"naming_relations", words.naming},
                           {"near_misses", words.near_misses}};
  return provenance;
}

RootsWords words_of(const ng::CommandLine& line, const Inputs& inputs, const SearchOptions& search) {
  RootsWords words;
  words.all_facts = count_distinct(inputs.facts);
  words.search = search;
  words.match = line.text("match");
  words.naming = line.has("naming-relations") ? line.words("naming-relations") : naming_relations();
  words.near_misses = line.flag("near-misses");
  words.guesses = line.has("model");
  return words;
}

std::vector<LanguageRoots> join(const Inputs& inputs, const std::vector<FactPresence>& presences) {
  std::vector<LanguageRoots> languages;
  for (std::size_t l = 0; l < inputs.facts.languages.size(); ++l) {
    const LanguageFacts& of = inputs.facts.languages[l];
    const auto found = std::ranges::find(presences, of.language, &FactPresence::language);
    languages.push_back(join_roots(of, found == presences.end() ? nullptr : &*found, inputs.predictions[l]));
  }
  return languages;
}

/// A second pass for the facts of type others, with the loosest rule there is.
void find_near_misses(const Inputs& inputs, const std::vector<LanguageRoots>& languages, SearchOptions search,
                      PresenceLog& log, Threads& threads, bool quiet, std::vector<MeasuredRoots>& measured) {
  search.rule = {.ignore_case = true, .anywhere = true};
  std::vector<SearchTask> tasks;
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> places;
  for (const SearchTask& task : inputs.tasks) {
    const auto of = std::ranges::find(languages, task.corpus.language, &LanguageRoots::language);
    const auto l = static_cast<std::size_t>(of - languages.begin());
    measured[l].near_miss.resize(of->facts.size());
    const std::vector<std::size_t> others = facts_of_others(*of);
    if (others.empty()) continue;
    SearchTask& near = tasks.emplace_back(SearchTask{task.corpus, {}});
    for (const std::size_t at : others) near.facts.push_back(of->facts[at].listed);
    places.emplace_back(l, others);
  }
  const std::vector<FactPresence> found =
      search_corpora(tasks, search, inputs.tokenizer.get(), "near misses", log, threads, quiet);
  for (std::size_t t = 0; t < found.size(); ++t)
    for (std::size_t i = 0; i < places[t].second.size(); ++i)
      measured[places[t].first].near_miss[places[t].second[i]] = found[t].facts[i].present();
}

void find_guesses(const ng::CommandLine& line, const Inputs& inputs, const std::vector<LanguageRoots>& languages,
                  Match match, std::vector<MeasuredRoots>& measured) {
  const auto model = ng::load_model(line, line.model());
  const SubjectlessGuess guess(ProbeContext{model.get(), inputs.tokenizer.get(), line.model()});
  for (std::size_t l = 0; l < languages.size(); ++l) measured[l].guessed = guessed_objects(languages[l], guess, match);
}

void remark(const std::vector<LanguageRoots>& languages, const Inputs& inputs) {
  for (const SkippedFact& one : inputs.facts.skipped) std::cerr << one.place << ": left out: " << one.why << '\n';
  for (std::size_t l = 0; l < languages.size(); ++l) {
    if (!languages[l].corpus)
      std::cerr << languages[l].language << ": no corpus: its " << languages[l].facts.size()
                << " facts are not sought\n";
    else if (inputs.hits && inputs.predictions[l].empty())
      std::cerr << languages[l].language << ": the hits do not speak of it: what is predicted is not known\n";
  }
}

ng::CommandLine command_line() {
  ng::CommandLine line(
      "ng-roots", "--facts DIR --hits hits.jsonl --corpus LANG=PATH ... --out roots.json [options]",
      "Looks for facts in corpora, all at once: a fact is present in a language where its subject and its object "
      "stand\n"
      "in one chunk of the language's corpus. Joined with the hits of ng-probe this says which facts a model predicts\n"
      "that its corpus lacks, and of which type they are. The counts go to OUT, a line a fact and language to\n"
      "roots.jsonl, a row a language to stdout.",
      "  ng-roots --facts mlama1.1 --hits run/hits.jsonl --corpus en=wiki/en de=wiki/de.jsonl.gz --out run/roots.json\n"
      "  ng-roots --facts mlama1.1 --hits run/hits.jsonl --corpus en=enwiki-abstract.xml.gz --chunk abstract \\\n"
      "           --near-misses --model bert-base-multilingual-cased --out run/roots.json > run/roots.tsv\n"
      "  ng-roots --facts mlama1.1 --corpus ja=wiki/ja.jsonl --chunk article --out run/presence.json\n");
  ng::add_roots_options(line);
  return line;
}

int run(int argc, char** argv) {
  ng::CommandLine line = command_line();
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  const std::filesystem::path facts_out = line.has("facts-out") ? line.text("facts-out") : out.string() + "l";
  const OutputClaim claim(out);
  require_writable(facts_out);
  const Match match = match_named(line.text("match"));
  const SearchOptions search = ng::search_options(line);
  const bool quiet = line.flag("quiet");
  if (line.get<int>("threads") < 0) throw usage_error("--threads ", line.get<int>("threads"), ": is below 0");
  Threads threads(line.get<int>("threads"));
  const Inputs inputs = read_inputs(line, search, match);
  const RootsWords words = words_of(line, inputs, search);
  const Provenance provenance = provenance_of(line, inputs, words);

  const std::filesystem::path partial = out.string() + ".partial";
  PresenceLog log(partial, provenance, line.flag("resume"));
  const std::vector<FactPresence> presences =
      search_corpora(inputs.tasks, search, inputs.tokenizer.get(), "searching", log, threads, quiet);
  std::vector<LanguageRoots> languages = join(inputs, presences);
  if (inputs.hits) {
    type_roots(RootTypes{inputs.tokenizer.get(), white_space_token(*inputs.tokenizer), words.naming}, languages);
    std::vector<MeasuredRoots> measured(languages.size());
    if (words.near_misses) find_near_misses(inputs, languages, search, log, threads, quiet, measured);
    if (words.guesses) find_guesses(line, inputs, languages, match, measured);
    refine_roots(presences, measured, languages);
  }
  for (LanguageRoots& of : languages) count_roots(words.all_facts, of);
  Provenance file = roots_json(languages, words, provenance);
  if (inputs.plan) file["plan"] = plan_json(*inputs.plan, languages);
  write_roots(facts_out, languages, provenance);
  write_file(out, file.dump(1, ' ', false, Provenance::error_handler_t::replace) + "\n");
  std::filesystem::remove(partial);
  if (!quiet) remark(languages, inputs);
  const Table table = roots_table(languages);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-roots", [&] { return run(argc, argv); });
}
