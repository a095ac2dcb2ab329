// ng-activations: run_with_cache on the command line: what stands at chosen sites, for one text.
#include <charconv>

#include "families.hpp"
#include "neuroglot/experiment/pooling.hpp"
#include "neuroglot/hooks/capture.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/safetensors_writer.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

/// "1,2,3"
std::vector<TokenId> parse_ids(const std::string& list) {
  std::vector<TokenId> ids;
  for (const char *at = list.data(), *const end = at + list.size(); at < end; ++at) {
    TokenId id = -1;
    const auto [stop, failure] = std::from_chars(at, end, id);
    if (failure != std::errc() || id < 0 || (stop != end && *stop != ','))
      throw usage_error("--ids: \"", std::string(at, end), "\" is not a list of token ids such as 1,2,3");
    ids.push_back(id);
    at = stop;
  }
  if (ids.empty()) throw usage_error("--ids: no token id is given");
  return ids;
}

std::vector<TokenId> ids_of(const ng::CommandLine& line) {
  if (line.has("ids") == line.has("text")) throw usage_error("give either --text or --ids");
  if (line.has("ids")) return parse_ids(line.text("ids"));
  const auto tokenizer = load_tokenizer(line.model());
  std::vector<TokenId> ids =
      tokenizer->encode(line.text("text"), line.flag("special") ? SpecialTokens::added : SpecialTokens::none).ids;
  if (ids.empty()) throw usage_error("--text: the text holds no token");
  return ids;
}

std::string joined(const std::vector<TokenId>& ids) {
  std::string text;
  for (const TokenId id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
  return text;
}

/// Of each site one vector of the whole text, (1, width). Throws UsageError for sites that have no row a token.
void pool(const std::string& pooling, const PackedBatch& batch, std::map<std::string, Captured>& found) {
  for (auto& [name, captured] : found) {
    if (captured.shape.size() != 2) throw usage_error("--pool ", pooling, ": ", name, " has no row a token");
    const MatrixView<const float> rows(captured.values.data(), captured.shape[0], captured.shape[1]);
    const Matrix<float> vector =
        with_pooling(pooling, [&](auto policy) { return pooled<decltype(policy)>(rows, batch); });
    captured = {{1, rows.cols}, {vector.view().data, vector.view().data + rows.cols}};
  }
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-activations", "MODEL (--text TEXT | --ids 1,2,3) --sites PATTERNS --out F [options]",
      "Runs one text through a model and writes what stands at the chosen sites: a tensor a site "
      "under its name, (tokens, ...);\n"
      "scores and patterns are (heads, tokens, tokens). The sites are\n  " +
          SitePatterns::all_names() + ".",
      "  ng-activations SmolLM2-135M --text \"Paris est\" --sites 'blocks.*.mlp.hook_act,logits' "
      "--out paris.safetensors\n"
      "  ng-activations SmolLM2-135M --ids 1,2,3 --sites '*' --out all.safetensors\n"
      "  ng-activations all-MiniLM-L6-v2 --text \"A sentence.\" --special --sites blocks.5.ln2.hook_output "
      "--pool mean --out vector.safetensors\n");
  line.positional_model("config.json, *.safetensors; with --ids no tokenizer files are needed");
  line.add()("text", ng::po::value<std::string>(), "the text");
  line.add()("ids", ng::po::value<std::string>(), "or its token ids");
  line.add()("special", ng::po::bool_switch(), "add the tokens that the tokenizer puts around a text");
  line.add()("sites", ng::po::value<std::string>()->default_value("logits"),
             "comma-separated names; * stands for anything");
  line.add()("pool", ng::po::value<std::string>()->default_value("none"),
             "one vector of the text in place of one a token: mean, cls (its first token) or last");
  line.add()("out", ng::po::value<std::string>(), "the file that is written");
  ng::add_model_options(line);
  if (!line.parse(argc, argv)) return 0;

  const auto out = line.required_path("out");
  require_writable(out);
  const std::vector<TokenId> ids = ids_of(line);
  const auto model = ng::load_model(line, line.model());
  const SitePatterns patterns(line.text("sites"));
  patterns.require_sites(model->config().num_hidden_layers, model->config().lacking_sites);
  Capture<> capture(patterns);
  PackedBatch batch;
  batch.add(ids);
  forward<output::None>(*model, batch, hooks(capture));

  std::map<std::string, Captured> found = capture.captured();
  if (line.text("pool") != "none") pool(line.text("pool"), batch, found);
  SafetensorsWriter writer;
  for (const auto& [name, captured] : found) writer.add(name, captured.values, captured.shape);
  writer.metadata["token_ids"] = joined(ids);
  writer.metadata["model"] = line.text("model");
  writer.metadata["neuroglot"] = std::string(version);
  writer.write(out);
  if (!line.flag("quiet"))
    std::cerr << out.string() << ": " << capture.captured().size() << " tensors of " << ids.size() << " tokens\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-activations", [&] { return run(argc, argv); });
}
