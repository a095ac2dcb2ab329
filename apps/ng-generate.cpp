// ng-generate: goes on with prompts, neurons of one language off and of another on. (Tang et al. 2024, section 4.4,
// Tables 2 to 6)
#include <chrono>
#include <optional>

#include "families.hpp"
#include "generation_options.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/generation/generate_batches.hpp"
#include "neuroglot/experiment/generation/generation_file.hpp"
#include "neuroglot/experiment/generation/prompt_file.hpp"
#include "neuroglot/io/output_claim.hpp"
#include "neuroglot/text/chat_template/chat_template.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void add_options(ng::CommandLine& line) {
  line.positional_model("config.json, *.safetensors, tokenizer files");
  line.add()("prompt", ng::po::value<std::string>(), "a text to go on with; what comes is written as it comes");
  line.add()("prompts", ng::po::value<std::string>(), "or a .jsonl of objects with \"prompt\"; results are JSON lines");
  line.add()("chat", ng::po::bool_switch(), "prompts are what a user says: put them into the model's chat template");
  line.add()("system", ng::po::value<std::string>(), "with --chat: the system's message before each prompt");
  ng::add_generation_options(line);
  ng::add_steering_options(line);
  ng::add_model_options(line);
  line.add()("batch", ng::po::value<Index>()->default_value(16), "prompts in a pass; no result depends on it");
  line.add()("out", ng::po::value<std::string>(), "the file that JSON lines are written to in place of stdout");
  line.add()("resume", ng::po::bool_switch(), "keep what an interrupted run left in OUT.partial");
}

std::vector<PromptLine> prompts_of(const ng::CommandLine& line) {
  if (line.has("prompt") == line.has("prompts")) throw usage_error("give either --prompt or --prompts");
  if (line.has("prompts")) return read_prompts(line.text("prompts"));
  require_utf8(line.text("prompt"), "--prompt");
  PromptLine single{"--prompt", Provenance::object()};
  single.object["prompt"] = line.text("prompt");
  return {single};
}

/// [{"role": "user", "content": ...}] of a prompt, after --system.
Provenance messages_of(const PromptLine& prompt, const ng::CommandLine& line) {
  if (prompt.object.contains("messages")) return prompt.object["messages"];
  Provenance messages = Provenance::array();
  if (line.has("system")) messages.push_back({{"role", "system"}, {"content", line.text("system")}});
  messages.push_back({{"role", "user"}, {"content", prompt.object["prompt"]}});
  return messages;
}

/// With --chat as the model's template has it, which writes the special tokens itself.
std::vector<std::vector<TokenId>> encoded(const std::vector<PromptLine>& prompts, const ng::CommandLine& line,
                                          const Tokenizer& tokenizer) {
  std::optional<ChatTemplate> chat;
  if (line.flag("chat")) chat = load_chat_template(line.model());
  std::vector<std::vector<TokenId>> ids;
  for (const PromptLine& prompt : prompts) {
    if (!chat && !prompt.object.contains("prompt")) throw usage_error(prompt.place, ": \"messages\" need --chat");
    ids.push_back(chat ? tokenizer.encode(chat->render(messages_of(prompt, line), true), SpecialTokens::none).ids
                       : tokenizer.encode(prompt.object["prompt"].get<std::string>(), SpecialTokens::added).ids);
    if (ids.back().empty()) throw usage_error(prompt.place, ": the prompt holds no token to go on from");
  }
  return ids;
}

Provenance provenance_of(const ng::CommandLine& line, const AnyModel& model, const Tokenizer& tokenizer) {
  Provenance provenance = program_provenance("ng-generate");
  provenance["model"] = model_provenance(line.model(), model.config(), tokenizer);
  for (const char* const file : {"prompts", "neurons", "stats"})
    if (line.has(file)) provenance[file] = file_provenance(line.text(file));
  if (line.has("off")) provenance["off"] = line.get<std::vector<std::string>>("off");
  if (line.has("on")) provenance["on"] = {{"language", line.text("on")}, {"value", line.text("value")}};
  provenance["chat"] = line.flag("chat");
  if (line.has("system")) provenance["system"] = line.text("system");
  for (const char* const number : {"temperature", "top-p", "min-p", "repetition-penalty"})
    provenance[number] = line.get<double>(number);
  for (const char* const count : {"top-k", "max-new-tokens"}) provenance[count] = line.get<Index>(count);
  const GenerationOptions options = ng::generation_options(line);
  provenance["stop"] = options.stop_strings;
  provenance["end_tokens"] = options.end_tokens;
  provenance["seed"] = options.seed;
  provenance["dtype"] = line.text("dtype");
  provenance["backend"] = model.backend_name();
  return provenance;
}

/// One prompt, its text to the terminal as it settles.
template <class Sampler>
void stream(const ng::CommandLine& line, AnyModel& model, const Tokenizer& tokenizer,
            std::span<const std::vector<TokenId>> prompt, const Sampler& sampler, ErasedHooks hooks) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const auto show = [](std::size_t, std::string_view text) { std::cout << text << std::flush; };
  const Generated made = generate(model, tokenizer, prompt, sampler, ng::generation_options(line), hooks, show).front();
  std::cout << '\n';
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!line.flag("quiet"))
    std::cerr << made.ids.size() << " tokens, " << static_cast<double>(made.ids.size()) / seconds
              << " tokens/s, ended by " << made.ended << '\n';
}

/// All prompts that are not done; on_line(object with the results) in their order, batch by batch.
template <class Sampler, class OnLine>
void run_batches(const ng::CommandLine& line, AnyModel& model, const Tokenizer& tokenizer,
                 const std::vector<PromptLine>& prompts, std::size_t done, const Sampler& sampler, ErasedHooks hooks,
                 OnLine on_line) {
  const GenerationOptions options = ng::generation_options(line);
  const auto ids = encoded(prompts, line, tokenizer);
  Progress progress("generating", static_cast<Index>(prompts.size()) * options.max_new_tokens, "tokens",
                    line.flag("quiet"));
  progress.skip(static_cast<Index>(done) * options.max_new_tokens);
  generate_batches(
      model, tokenizer, std::span(ids).subspan(done), sampler, options, hooks, line.get<Index>("batch"), done, progress,
      [&](std::size_t i, const Generated& made) { on_line(generation_line(prompts[done + i].object, made)); });
}

/// JSON lines to --out or stdout.
template <class Sampler>
void write_lines(const ng::CommandLine& line, AnyModel& model, const Tokenizer& tokenizer,
                 const std::vector<PromptLine>& prompts, const Sampler& sampler, ErasedHooks hooks) {
  if (!line.has("out")) {
    run_batches(line, model, tokenizer, prompts, 0, sampler, hooks,
                [](const Provenance& made) { std::cout << made.dump() << std::endl; });
    return;
  }
  GenerationFile file(line.text("out"), provenance_of(line, model, tokenizer), line.flag("resume"));
  run_batches(line, model, tokenizer, prompts, file.size(), sampler, hooks,
              [&](const Provenance& made) { file.add(made); });
  file.finish();
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-generate", "MODEL (--prompt TEXT | --prompts FILE.jsonl) [options]",
      "Goes on with texts token by token, with the neurons of languages switched off and on. The most likely token is "
      "taken\nunless a --temperature says to draw; the options mean what they mean in Hugging Face's generate.",
      "  ng-generate SmolLM2-135M --prompt \"The capital of France is\" --repetition-penalty 1.1\n"
      "  ng-generate SmolLM2-135M --prompts questions.jsonl --stop '\\nQ:' --stop '\\nA:' --out answers.jsonl\n"
      "  ng-generate SmolLM2-135M --prompts french.jsonl --neurons run/neurons.json --stats run/stats.safetensors \\\n"
      "              --off fr --on zh --value mean --out run/french-to-chinese.jsonl   # Table 6\n");
  add_options(line);
  if (!line.parse(argc, argv)) return 0;
  if (line.flag("resume") && !line.has("out")) throw usage_error("--resume needs the --out of the interrupted run");
  if (line.has("system") && !line.flag("chat")) throw usage_error("--system needs --chat");
  std::optional<OutputClaim> claim;
  if (line.has("out")) claim.emplace(line.text("out"));

  const std::vector<PromptLine> prompts = prompts_of(line);
  const auto tokenizer = load_tokenizer(line.model());
  return ng::with_sampler(line, [&](const auto& sampler) {
    const auto model = ng::load_model(line, line.model());
    const Steering steered = ng::steering_of(line, model->config());
    auto listening = steered.hooks();
    const ErasedHooks hooks(listening);
    if (line.has("prompt") && !line.has("out"))
      stream(line, *model, *tokenizer, encoded(prompts, line, *tokenizer), sampler, hooks);
    else
      write_lines(line, *model, *tokenizer, prompts, sampler, hooks);
    return 0;
  });
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-generate", [&] { return run(argc, argv); });
}
