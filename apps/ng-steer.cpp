// ng-steer: asks questions in many languages with nothing changed, with each language's neurons off, with each
// language's neurons on, and in one language to be answered in another. (Tang et al. 2024, Tables 2, 3, 5 and 6)
#include <algorithm>
#include <optional>

#include "families.hpp"
#include "generation_options.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/generation/generate_batches.hpp"
#include "neuroglot/experiment/generation/generation_file.hpp"
#include "neuroglot/experiment/steering/asked_questions.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  using ng::po::value, std::string;
  using Strings = std::vector<std::string>;
  line.positional_model("config.json, *.safetensors, tokenizer files");
  line.add()("questions", value<Strings>()->multitoken(), "LANG=PATH ...: text files, a question a line");
  line.add()("at-most", value<Index>()->default_value(0), "of each file the first so many; 0: all");
  line.add()("conditions", value<Strings>()->multitoken()->default_value({"normal", "off", "on"}, "normal off on"),
             "normal: no neuron changed; off: each language's neurons in turn give 0, asked in all languages; on: each "
             "language's neurons steered, asked in it; random: as many random neurons off as a language has");
  line.add()("cross", value<Strings>()->multitoken(),
             "QUESTION:ANSWER ...: asked in one language with its neurons off and the other's on, which wins where a "
             "neuron is in both");
  line.add()("suffix", value<Strings>()->multitoken(),
             "LANG=TEXT ...: follows the questions, in place of the built-in");
  line.add()("no-suffix", ng::po::bool_switch(), "nothing follows the questions");
  line.add()("cross-suffix", value<string>()->default_value("none"),
             "with --cross: none, or the one that asks for the language of the question or of the answer");
  line.add()("neurons", value<string>(), "neurons.json of ng-select");
  line.add()("stats", value<string>(), "stats.safetensors of ng-record, for the means");
  line.add()("value", value<string>()->default_value("mean"), "of neurons that are on; as in ng-generate");
  line.add()("max-new-tokens", value<Index>()->default_value(1024), "tokens that an answer ends after");
  line.add()("repetition-penalty", value<double>()->default_value(1.1, "1.1"), "above 1: seen tokens are less likely");
  line.add()("stop", value<Strings>()->composing()->default_value({"\\nQ:", "\\nA:"}, "\\nQ: and \\nA:"),
             "TEXT that an answer ends before, in place of these; may be given again");
  line.add()("ignore-eos", ng::po::bool_switch(), "go on after the model's end token");
  line.add()("seed", value<std::uint64_t>()->default_value(1), "of random neurons");
  ng::add_model_options(line);
  line.add()("batch", value<Index>()->default_value(16), "questions in a pass; no result depends on it");
  line.add()("out", value<string>(), "the file that is written: answers.jsonl");
  line.add()("resume", ng::po::bool_switch(), "keep what an interrupted run left in OUT.partial");
}

std::vector<Questions> questions_of(const ng::CommandLine& line) {
  if (!line.has("questions")) throw usage_error("--questions is missing: LANG=PATH, once a language");
  const auto at_most = line.get<Index>("at-most");
  if (at_most < 0) throw usage_error("--at-most ", at_most, ": not a number of questions");
  std::vector<Questions> all;
  for (const CorpusSource& source : parse_corpus_arguments(line.words("questions")))
    all.push_back(read_questions(source, at_most));
  return all;
}

std::vector<SteeringCondition> plan_of(const ng::CommandLine& line, std::span<const Questions> questions,
                                       const NeuronSet& set) {
  std::vector<std::string> languages;
  for (const Questions& of_language : questions) languages.push_back(of_language.language);
  const std::vector<std::string> names = line.words("conditions");
  std::vector<SteeringCondition> plan = steering_plan(names, languages, set.languages);
  for (const std::string& pair : line.words("cross")) plan.push_back(cross_lingual(pair));
  const bool changes = std::ranges::any_of(names, [](const auto& name) { return name != "normal"; });
  if ((changes || line.has("cross")) && !line.has("neurons"))
    throw usage_error("conditions other than normal need --neurons neurons.json");
  const bool steers = line.has("cross") || std::ranges::find(names, "on") != names.end();
  if (steers && needs_statistics(steering_value_named(line.text("value"))) && !line.has("stats"))
    throw usage_error("values of neurons that are on need recorded statistics (--stats stats.safetensors)");
  if (!line.flag("quiet") && changes)
    for (const std::string& language : languages)
      if (std::ranges::find(set.languages, language) == set.languages.end())
        std::cerr << "there are no neurons of " << language << ": it is asked in, but never off or on\n";
  return plan;
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer,
                         std::span<const Questions> questions, const Suffixes& suffixes) {
  Provenance provenance = program_provenance("ng-steer");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  provenance["questions"] = Provenance::array();
  for (const Questions& of : questions) {
    DocumentsHash hash;
    for (const std::string& text : of.texts) hash.add(text);
    provenance["questions"].push_back({{"language", of.language},
                                       {"questions", of.texts.size()},
                                       {"questions_hash", hash.text()},
                                       {"suffix", suffixes.of(of.language)}});
  }
  for (const char* const file : {"neurons", "stats"})
    if (line.has(file)) provenance[file] = file_provenance(line.text(file));
  provenance["conditions"] = line.words("conditions");
  provenance["cross"] = line.words("cross");
  provenance["cross_suffix"] = line.text("cross-suffix");
  provenance["value"] = line.text("value");
  const GenerationOptions options = ng::generation_options(line);
  provenance["temperature"] = 0;
  provenance["repetition_penalty"] = line.get<double>("repetition-penalty");
  provenance["max_new_tokens"] = options.max_new_tokens;
  provenance["stop"] = options.stop_strings;
  provenance["end_tokens"] = options.end_tokens;
  provenance["seed"] = options.seed;
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

std::vector<std::vector<TokenId>> encoded(std::span<const Answer> asked, const Tokenizer& tokenizer) {
  std::vector<std::vector<TokenId>> ids;
  for (const Answer& answer : asked) ids.push_back(tokenizer.encode(answer.prompt, SpecialTokens::added).ids);
  return ids;
}

/// The answers to those of `asked` that have none yet, under what `hooks` do to the model.
void ask(const ng::CommandLine& line, AnyModel& model, const Tokenizer& tokenizer, std::span<const Answer> asked,
         ErasedHooks hooks, Progress& progress, GenerationFile& file) {
  const GreedySampler sampler{{}, {RepetitionPenalty(line.get<double>("repetition-penalty"))}};
  generate_batches(model, tokenizer, encoded(asked, tokenizer), sampler, ng::generation_options(line), hooks,
                   line.get<Index>("batch"), 0, progress,
                   [&](std::size_t i, const Generated& made) { file.add(answer_line(answered(asked[i], made))); });
}

/// Condition by condition, what the file does not have yet; steered(condition) is what is done to the model.
template <class Steered>
void answer_plan(const ng::CommandLine& line, AnyModel& model, const Tokenizer& tokenizer,
                 const std::vector<SteeringCondition>& plan, const std::vector<Questions>& questions,
                 const Suffixes& suffixes, Steered steered, GenerationFile& file) {
  std::vector<std::vector<Answer>> asked;
  std::size_t total = 0;
  for (const SteeringCondition& condition : plan) {
    asked.push_back(asked_questions(condition, questions, suffixes));
    total += asked.back().size();
  }
  const auto most = line.get<Index>("max-new-tokens");
  Progress progress("answering", static_cast<Index>(total) * most, "tokens", line.flag("quiet"));
  progress.skip(static_cast<Index>(file.size()) * most);
  std::size_t done = file.size();  // answers come in the order of the plan
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const std::size_t kept = std::min(done, asked[i].size());
    done -= kept;
    if (kept == asked[i].size()) continue;
    const Steering steering = steered(plan[i]);
    auto listening = steering.hooks();
    ask(line, model, tokenizer, std::span(asked[i]).subspan(kept), ErasedHooks(listening), progress, file);
  }
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-steer", "MODEL --questions LANG=PATH ... --neurons neurons.json --out answers.jsonl [options]",
      "Asks questions in many languages, Q: {question}{suffix}\\nA:, with the neurons of languages as they are, off "
      "and "
      "on.\nThe most likely token is always taken. ng-judge says in which languages the answers are, and how good.",
      "  ng-steer SmolLM2-135M --questions en=en.txt fr=fr.txt zh=zh.txt --neurons run/neurons.json \\\n"
      "           --stats run/stats.safetensors --out run/answers.jsonl          # Tables 2, 3 and 5\n"
      "  ng-steer SmolLM2-135M --questions es=es.txt --neurons run/neurons.json --stats run/stats.safetensors \\\n"
      "           --conditions normal --cross es:zh --out run/es-zh.jsonl         # Table 6\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  const OutputClaim claim(out);
  const std::vector<Questions> questions = questions_of(line);
  const Suffixes suffixes(line.words("suffix"), !line.flag("no-suffix"), line.text("cross-suffix"));
  const SteeringValue value = steering_value_named(line.text("value"));
  if (!line.has("neurons")) plan_of(line, questions, {});  // what lacks them is said before a model is loaded
  const auto tokenizer = load_tokenizer(line.model());
  const auto model = ng::load_model(line, line.model());
  const auto statistics = ng::steering_statistics(line);
  NeuronSet set;
  if (line.has("neurons"))
    set = read_neurons(line.text("neurons"), model->config().num_hidden_layers, model->config().neurons()).set;
  const std::vector<SteeringCondition> plan = plan_of(line, questions, set);

  GenerationFile file(out, provenance_of(line, *model, *tokenizer, questions, suffixes), line.flag("resume"));
  const auto steered = [&](const SteeringCondition& condition) {
    return steering(condition, set, value, statistics ? &statistics->statistics : nullptr,
                    line.get<std::uint64_t>("seed"));
  };
  answer_plan(line, *model, *tokenizer, plan, questions, suffixes, steered, file);
  file.finish();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-steer", [&] { return run(argc, argv); });
}
