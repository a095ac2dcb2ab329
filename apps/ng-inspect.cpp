// ng-inspect: what a model folder holds: architecture, parameters, neurons, sites, memory. (slides, Table 1)
#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "neuroglot/hooks/site.hpp"
#include "neuroglot/io/checkpoint.hpp"
#include "neuroglot/models/registry.hpp"

namespace {

using namespace neuroglot;
using Json = nlohmann::ordered_json;

std::int64_t elements(const std::vector<Index>& shape) {
  std::int64_t product = 1;
  for (const Index size : shape) product *= size;
  return product;
}

Json architecture(const Config& config) {
  Json found = {{"model_type", config.model_type},
                {"num_hidden_layers", config.num_hidden_layers},
                {"hidden_size", config.hidden_size},
                {"intermediate_size", config.intermediate_size},
                {"num_attention_heads", config.num_attention_heads},
                {"num_key_value_heads", config.num_key_value_heads},
                {"head_dim", config.head_dim},
                {"vocab_size", config.vocab_size},
                {"max_position_embeddings", config.max_position_embeddings},
                {"tie_word_embeddings", config.tie_word_embeddings},
                {"language_model_head", config.has_lm_head}};
  if (config.num_experts > 0) {
    found["num_experts"] = config.num_experts;
    found["num_experts_per_tok"] = config.num_experts_per_tok;
  }
  const auto& lacking = config.lacking_sites;
  if (std::find(lacking.begin(), lacking.end(), site::rot_q::name) == lacking.end())
    found["rope_type"] = config.rope.rope_type;
  return found;
}

Json tensors(const Checkpoint& checkpoint) {
  Json list = Json::array();
  for (const SafetensorsFile& shard : checkpoint.shards())
    for (const TensorInfo& tensor : shard.tensors())
      list.push_back({{"name", tensor.name}, {"dtype", info(tensor.dtype).name}, {"shape", tensor.shape}});
  return list;
}

Json sites(const Config& config) {
  Json list = Json::array();
  site::All::for_each([&](auto at) {
    if (std::find(config.lacking_sites.begin(), config.lacking_sites.end(), at.name) != config.lacking_sites.end())
      return;
    list.push_back({{"name", std::string(at.per_layer ? "blocks.N." : "") + std::string(at.name)},
                    {"count", at.per_layer ? config.num_hidden_layers : 1},
                    {"shape", at.shape},
                    {"meaning", at.meaning}});
  });
  return list;
}

/// Weights as they are kept while a model runs: float, the output features rounded up to whole panels.
std::int64_t packed_bytes(const Checkpoint& checkpoint) {
  std::int64_t bytes = 0;
  for (const SafetensorsFile& shard : checkpoint.shards())
    for (const TensorInfo& tensor : shard.tensors())
      bytes += tensor.shape.size() == 2 ? panels_of(tensor.shape[0]) * panel_width * tensor.shape[1] * 4
                                        : elements(tensor.shape) * 4;
  return bytes;
}

Json inspect(const std::filesystem::path& folder) {
  const Config config = read_any_config(folder);
  const Checkpoint checkpoint(folder);
  std::int64_t parameters = 0;
  for (const SafetensorsFile& shard : checkpoint.shards())
    for (const TensorInfo& tensor : shard.tensors()) parameters += elements(tensor.shape);
  return {{"architecture", architecture(config)},
          {"parameters", parameters},
          {"neurons", config.num_hidden_layers * config.neurons()},
          {"memory_fp32_bytes", packed_bytes(checkpoint)},
          {"sites", sites(config)},
          {"tensors", tensors(checkpoint)}};
}

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void print(const Json& found, bool all_tensors) {
  for (const auto& [field, value] : found["architecture"].items())
    std::cout << std::left << std::setw(26) << field << value_text(value) << '\n';
  const auto& shape = found["architecture"];
  std::cout << std::setw(26) << "parameters" << found["parameters"] << '\n'
            << std::setw(26) << "neurons" << found["neurons"] << " (" << shape["num_hidden_layers"] << " layers x "
            << found["neurons"].get<Index>() / shape["num_hidden_layers"].get<Index>() << ")\n"
            << std::setw(26) << "memory, fp32" << found["memory_fp32_bytes"].get<std::int64_t>() / 1'000'000
            << " MB of weights\n\nsites\n";
  for (const auto& at : found["sites"])
    std::cout << "  " << std::setw(34) << value_text(at["name"]) << std::setw(30) << value_text(at["shape"])
              << value_text(at["meaning"]) << '\n';
  std::cout << "\ntensors: " << found["tensors"].size() << (all_tensors ? "\n" : " (--tensors lists them)\n");
  if (!all_tensors) return;
  for (const auto& tensor : found["tensors"])
    std::cout << "  " << std::setw(56) << value_text(tensor["name"]) << std::setw(6) << value_text(tensor["dtype"])
              << tensor["shape"].dump() << '\n';
}

int run(int argc, char** argv) {
  ng::CommandLine line(
      "ng-inspect", "MODEL [--tensors] [--json]",
      "Architecture, parameter and neuron counts, sites, tensors and the memory needed; only headers are read.",
      "  ng-inspect SmolLM2-135M\n  ng-inspect SmolLM2-135M --json | jq .neurons\n");
  line.positional_model("config.json, *.safetensors");
  line.add()("tensors", ng::po::bool_switch(), "list every tensor");
  line.add()("json", ng::po::bool_switch(), "all of it as JSON");
  if (!line.parse(argc, argv)) return 0;
  const Json found = inspect(line.model());
  if (line.flag("json"))
    std::cout << found.dump(1) << '\n';
  else
    print(found, line.flag("tensors"));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return ng::guarded("ng-inspect", [&] { return run(argc, argv); });
}
