// ng-judge: in which language answers are, how good a judge finds them, how likely a model does. (Tang et al. 2024,
// Tables 2 and 5)
#include <algorithm>
#include <cstdlib>
#include <optional>

#include "families.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/judging/cld2_identifier.hpp"
#include "neuroglot/experiment/judging/command_judge.hpp"
#include "neuroglot/experiment/judging/curl_client.hpp"
#include "neuroglot/experiment/judging/endpoint_judge.hpp"
#include "neuroglot/experiment/judging/judge_answers.hpp"
#include "neuroglot/experiment/judging/judgement_file.hpp"
#include "neuroglot/experiment/judging/self_perplexity.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  using ng::po::value, std::string;
  line.positional("answers", "ANSWERS: answers.jsonl of ng-steer");
  line.add()("reading", value<string>()->default_value("summary"),
             "of answers in several languages: summary, what CLD2 says of the whole; share, the language of --share");
  line.add()("share", value<double>()->default_value(0.5), "of the letters that the language has at least; else mixed");
  line.add()("accept-unreliable", ng::po::bool_switch(), "CLD2's guess also where CLD2 calls it unreliable");
  line.add()("endpoint", value<string>(),
             "URL of an API that speaks OpenAI's protocol, such as "
             "https://api.openai.com/v1: its model judges the answers");
  line.add()("judge-model", value<string>(), "with --endpoint: the model's name there");
  line.add()("key-env", value<string>(),
             "with --endpoint: the environment variable that holds the key, in place of "
             "OPENAI_API_KEY, without which none is sent");
  line.add()("judge-prompt", value<string>(),
             "with --endpoint: a file with {question}, {answer}, {question_language}, "
             "{answer_language}, in place of the built-in prompt");
  line.add()("judge-body", value<string>()->default_value("{}"),
             "with --endpoint: JSON members put into each request, "
             "null to take one out: {\"temperature\": null, \"max_tokens\": 200}");
  line.add()("requests-per-minute", value<double>()->default_value(0), "with --endpoint: at most; 0: no limit");
  line.add()("attempts", value<int>()->default_value(6), "with --endpoint: of a request, before the run fails");
  line.add()("first-wait", value<double>()->default_value(1),
             "with --endpoint: seconds before the second attempt, "
             "twice as many before the third, ...");
  line.add()("timeout", value<double>()->default_value(120), "seconds that a judge may take for an answer");
  line.add()("command", value<string>(),
             "a shell command that judges: an answer as JSON on stdin, the score on stdout");
  line.add()("cache", value<string>(), "folder of the judge's replies and the model's losses; default: OUT.cache");
  line.add()("ask-again", ng::po::bool_switch(), "where the cache has a reply without a usable score");
  line.add()("model", value<string>(), "a model folder: its perplexity of the answers");
  line.add()("given", value<string>()->default_value("prompt"),
             "with --model: prompt, the answer's tokens after its prompt; nothing, the answer alone");
  ng::add_model_options(line);
  line.add()("out", value<string>(), "the file that is written: judgement.json");
  line.add()("json", ng::po::bool_switch(), "the table on stdout as JSON instead of TSV");
}

ReadingOptions reading_options(const ng::CommandLine& line) {
  const std::string reading = line.text("reading");
  if (reading != "summary" && reading != "share") throw usage_error("--reading ", reading, ": is summary or share");
  ReadingOptions options{reading == "share" ? line.get<double>("share") : 0, line.flag("accept-unreliable")};
  check(options);
  if (reading == "share" && options.share == 0) throw usage_error("--share 0: is to be above 0");
  return options;
}

/// The key, from the environment; empty where there is none.
std::string key_of(const std::string& name, bool is_required) {
  const char* const found = std::getenv(name.c_str());
  std::string key = found == nullptr ? "" : found;
  if (key.empty() && is_required) throw usage_error("--key-env ", name, ": the environment has no such variable");
  if (std::ranges::any_of(key, [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }))
    throw usage_error("the key in ", name, " holds a blank, a line end or a letter that no key has");
  return key;
}

EndpointOptions endpoint_options(const ng::CommandLine& line) {
  EndpointOptions options;
  options.url = line.text("endpoint");
  while (options.url.ends_with('/')) options.url.pop_back();
  if (!options.url.starts_with("http://") && !options.url.starts_with("https://"))
    throw usage_error("--endpoint ", options.url, ": an http:// or https:// URL expected");
  if (options.url.find('@') != std::string::npos || options.url.find('?') != std::string::npos)
    throw usage_error("--endpoint: a URL without user, password and query expected (keys: --key-env)");
  if (!line.has("judge-model")) throw usage_error("--endpoint needs --judge-model NAME");
  options.model = line.text("judge-model");
  options.key_name = line.has("key-env") ? line.text("key-env") : "OPENAI_API_KEY";
  options.key = key_of(options.key_name, line.has("key-env"));
  if (line.has("judge-prompt")) options.prompt = read_judge_prompt(line.text("judge-prompt"));
  options.body = report::parse_ordered(line.text("judge-body"), "--judge-body");
  if (!options.body.is_object()) throw usage_error("--judge-body: a JSON object expected");
  options.per_minute = line.get<double>("requests-per-minute");
  options.retry.attempts = line.get<int>("attempts");
  options.retry.first_wait = line.get<double>("first-wait");
  if (options.per_minute < 0 || options.retry.attempts < 1 || options.retry.first_wait < 0)
    throw usage_error("--requests-per-minute and --first-wait are not negative, --attempts at least 1");
  return options;
}

/// Calls f(judge) with the judge of the command line; not where there is none.
template <class F>
void with_judge(const ng::CommandLine& line, F f) {
  if (line.has("endpoint") && line.has("command")) throw usage_error("give --endpoint or --command, not both");
  if (line.has("judge-model") && !line.has("endpoint")) throw usage_error("--judge-model needs --endpoint URL");
  const auto timeout = line.get<double>("timeout");
  if (!(timeout > 0)) throw usage_error("--timeout ", timeout, ": not a number of seconds");
  if (line.has("endpoint")) f(EndpointJudge(CurlClient(timeout), endpoint_options(line)));
  if (line.has("command")) f(CommandJudge(line.text("command"), timeout));
}

std::filesystem::path cache_of(const ng::CommandLine& line) {
  return line.has("cache") ? line.text("cache") : line.text("out") + ".cache";
}

void identify(const Cld2Identifier& cld2, const ReadingOptions& reading, std::span<const Answer> answers,
              std::vector<JudgedAnswer>& judged) {
  for (std::size_t i = 0; i < answers.size(); ++i)
    judged[i].identified = identify_answer(cld2, answers[i].answer, answers[i].target_language, reading);
}

/// Fills the scores; returns what provenance is to say of the judge, null where there is none.
Provenance judge(const ng::CommandLine& line, std::span<const Answer> answers, std::vector<JudgedAnswer>& judged) {
  Provenance description;
  with_judge(line, [&]<Judge J>(J chosen) {
    const std::filesystem::path cache = cache_of(line);
    Progress progress("judging", static_cast<Index>(answers.size()), "answers", line.flag("quiet"));
    const JudgedScores found = judge_answers(chosen, answers, ReplyCache(cache), line.flag("ask-again"), progress);
    for (std::size_t i = 0; i < answers.size(); ++i) judged[i].score = found.scores[i];
    description = chosen.description();
    if (!line.flag("quiet"))
      std::cerr << found.asked << " answers judged now, " << found.cached << " from " << cache.string() << ", "
                << found.empty << " empty\n";
  });
  return description;
}

/// Fills the losses; returns what provenance is to say of the model, null where there is none.
Provenance measure(const ng::CommandLine& line, std::span<const Answer> answers, std::vector<JudgedAnswer>& judged) {
  if (!line.has("model")) return nullptr;
  const std::string given = line.text("given");
  if (given != "prompt" && given != "nothing") throw usage_error("--given ", given, ": is prompt or nothing");
  const auto tokenizer = load_tokenizer(line.model());
  const auto model = ng::load_model(line, line.model());
  if (!model->config().is_causal || !model->config().has_lm_head)
    throw usage_error("--model: a model of type ", model->config().model_type, " predicts no next token");
  Progress progress("perplexity of answers", static_cast<Index>(answers.size()), "answers", line.flag("quiet"));
  Provenance description = {{"model", model_provenance(line.model(), model->config(), *tokenizer)},
                            {"given", given},
                            {"dtype", line.text("dtype")},
                            {"backend", model->backend_name()}};
  const ReplyCache cache(cache_of(line));
  const auto request = [&](std::size_t i) -> Provenance {
    return {
        {"loss", description}, {"prompt", given == "prompt" ? answers[i].prompt : ""}, {"answer", answers[i].answer}};
  };
  const AnswerLosses losses = answer_losses(
      *model, *tokenizer, answers, {given == "prompt"}, progress,
      [&](std::size_t i) -> std::optional<double> {
        const Provenance asked = request(i);
        const auto kept = cache.find(asked);
        if (!kept) return std::nullopt;
        return parse_json(*kept, cache.path_of(asked).string()).get<double>();
      },
      [&](std::size_t i, double loss) { cache.keep(request(i), shortest_text(loss)); });
  for (std::size_t i = 0; i < answers.size(); ++i) judged[i].nll = losses.nll[i];
  description["cut_answers"] = losses.cut;
  return description;
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-judge", "ANSWERS --out judgement.json [options]",
      "Says in which languages answers are (CLD2), and how good: by a judge behind an endpoint or a command, or by the "
      "perplexity\nof a model. A row a condition and language to stdout, all of it to OUT. What a judge said is kept "
      "and "
      "not asked again.",
      "  ng-judge run/answers.jsonl --model SmolLM2-135M --out run/judgement.json > run/judgement.tsv\n"
      "  ng-judge run/answers.jsonl --endpoint https://api.openai.com/v1 --judge-model gpt-4o --out "
      "run/judgement.json\n"
      "  ng-judge run/answers.jsonl --endpoint http://localhost:8080/v1 --judge-model local --out run/judgement.json\n"
      "  ng-judge run/answers.jsonl --command ./my_judge.sh --out run/judgement.json\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;
  const auto out = line.required_path("out");
  require_writable(out);
  const ReadingOptions reading = reading_options(line);
  with_judge(line, [](const auto&) {});  // what is wrong with it is said before anything is done
  const Answers answers = read_answers(line.text("answers"));
  std::vector<JudgedAnswer> judged(answers.all.size());

  const Cld2Identifier cld2(reading.accepts_unreliable);
  identify(cld2, reading, answers.all, judged);
  const Provenance judge_said = judge(line, answers.all, judged);
  const Provenance model_said = measure(line, answers.all, judged);
  const std::vector<JudgementCell> cells = judgement(answers.all, judged);
  if (judge_said.is_null() && !line.flag("quiet"))
    std::cerr << "quality was not judged: --endpoint or --command names a judge\n";

  Provenance provenance = program_provenance("ng-judge");
  provenance["answers"] = file_provenance(line.text("answers"));
  provenance["identifier"] = cld2.description();
  provenance["reading"] = {{"share", reading.share}, {"accepts_unreliable", reading.accepts_unreliable}};
  provenance["judge"] = judge_said;
  provenance["perplexity"] = model_said;
  provenance["bootstrap"] = {{"samples", BootstrapOptions{}.samples}, {"seed", BootstrapOptions{}.seed}};
  provenance["answering"] = answers.provenance;
  std::optional<std::string> perplexity;
  if (line.has("model"))
    perplexity = line.text("given") == "prompt" ? "an answer's tokens given its prompt" : "an answer's tokens alone";
  const std::string protocol = judgement_protocol(reading, !judge_said.is_null(), perplexity);
  const Provenance file = judgement_json(cells, answers.all, judged, !judge_said.is_null(), protocol, provenance);
  write_file(out, file.dump(1) + "\n");
  const Table table = judgement_table(cells);
  std::cout << (line.flag("json") ? to_json(table) : to_tsv(table));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-judge", [&] { return run(argc, argv); });
}
