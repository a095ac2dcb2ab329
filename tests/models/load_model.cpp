// From a folder to a model: what is wrong with the files is said by tensor and shape.
#include "neuroglot/models/load_model.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/scratch.hpp"
#include "neuroglot/io/safetensors_writer.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

/// The binary16 nearest to a float that has an exact one in its normal range.
f16 half_of(float value) {
  f16 half;
  for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
    half.bits = static_cast<std::uint16_t>(bits);
    if (static_cast<float>(half) == value) return half;
  }
  FAIL(value << " has no exact binary16");
  return half;
}

/// A checkpoint of one layer that the tests damage: config.json and named float tensors.
struct Files {
  nlohmann::json config = {{"model_type", "llama"},  {"vocab_size", 11},           {"hidden_size", 8},
                           {"intermediate_size", 6}, {"num_hidden_layers", 1},     {"num_attention_heads", 2},
                           {"hidden_act", "silu"},   {"tie_word_embeddings", true}};
  std::map<std::string, std::vector<Index>> shapes = {
      {"model.embed_tokens.weight", {11, 8}},
      {"model.layers.0.input_layernorm.weight", {8}},
      {"model.layers.0.self_attn.q_proj.weight", {8, 8}},
      {"model.layers.0.self_attn.k_proj.weight", {8, 8}},
      {"model.layers.0.self_attn.v_proj.weight", {8, 8}},
      {"model.layers.0.self_attn.o_proj.weight", {8, 8}},
      {"model.layers.0.post_attention_layernorm.weight", {8}},
      {"model.layers.0.mlp.gate_proj.weight", {6, 8}},
      {"model.layers.0.mlp.up_proj.weight", {6, 8}},
      {"model.layers.0.mlp.down_proj.weight", {8, 6}},
      {"model.norm.weight", {8}},
  };
  std::string integers;         ///< the tensor that is written as I32
  std::string as_bf16, as_f16;  ///< those that are written in half precision
  Scratch scratch;

  /// Element i of each tensor is i / 64.
  std::filesystem::path write() const {
    std::vector<float> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 64;
    const std::vector<std::int32_t> whole(1000);
    std::vector<bf16> brain(values.size());
    std::vector<f16> half(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) brain[i] = bf16(values[i]);
    for (std::size_t i = 0; i < 100; ++i) half[i] = half_of(values[i]);
    SafetensorsWriter writer;
    for (const auto& [name, shape] : shapes) {
      std::size_t size = 1;
      for (const Index extent : shape) size *= static_cast<std::size_t>(extent);
      if (name == integers)
        writer.add(name, std::span(whole).first(size), shape);
      else if (name == as_bf16)
        writer.add(name, std::span(std::as_const(brain)).first(size), shape);
      else if (name == as_f16)
        writer.add(name, std::span(std::as_const(half)).first(size), shape);
      else
        writer.add(name, std::span(std::as_const(values)).first(size), shape);
    }
    writer.write(scratch.path("model.safetensors"));
    scratch.write("config.json", config.dump());
    return scratch.path("");
  }
};

std::string failure_of(const Files& files) {
  Cpu cpu(1);
  return message_of([&] { load_model<Llama<>>(files.write(), cpu); });
}

}  // namespace

TEST_CASE("a model's weights are those of the file, under their published names") {
  Cpu cpu(1);
  const Files files;
  WeightReport report;
  const auto model = load_model<Llama<>>(files.write(), cpu, &report);
  CHECK(report.unused.empty());
  std::vector<float> row(8);
  model.layers[0].mlp.gate_proj.weight.get_row(5, row.data());
  CHECK(row[7] == 47.0f / 64);
  CHECK(model.norm.weight[3] == 3.0f / 64);
}

TEST_CASE("a file of F32, BF16 and F16 side by side gives the weights that it holds") {
  Cpu cpu(1);
  Files files;
  files.as_bf16 = "model.layers.0.mlp.gate_proj.weight";
  files.as_f16 = "model.layers.0.mlp.down_proj.weight";
  const auto model = load_model<Llama<>>(files.write(), cpu);
  std::vector<float> row(8);
  model.layers[0].mlp.gate_proj.weight.get_row(5, row.data());
  CHECK(row[7] == 47.0f / 64);
  model.layers[0].mlp.down_proj.weight.get_row(7, row.data());
  CHECK(row[5] == 47.0f / 64);
  model.layers[0].mlp.up_proj.weight.get_row(5, row.data());
  CHECK(row[7] == 47.0f / 64);
}

TEST_CASE("a checkpoint of the bare decoder, without \"model.\" before its names, loads as well") {
  Cpu cpu(1);
  Files files;
  std::map<std::string, std::vector<Index>> bare;
  for (const auto& [name, shape] : files.shapes) bare[name.substr(6)] = shape;
  files.shapes = bare;
  CHECK_NOTHROW(load_model<Llama<>>(files.write(), cpu));
}

TEST_CASE("missing tensors are counted, the first is named, and so is one that nobody wanted") {
  Files files;
  files.shapes.erase("model.layers.0.mlp.gate_proj.weight");
  files.shapes.erase("model.norm.weight");
  files.shapes["model.layers.0.mlp.fc1.weight"] = {6, 8};
  CHECK_THAT(failure_of(files), Contains("2 tensors") && Contains("\"model.layers.0.mlp.gate_proj.weight\"") &&
                                    Contains("\"model.layers.0.mlp.fc1.weight\""));
}

TEST_CASE("an untied head must be in the file") {
  Files files;
  files.config["tie_word_embeddings"] = false;
  CHECK_THAT(failure_of(files), Contains("\"lm_head.weight\""));
}

TEST_CASE("tensors beyond the model are reported as unused") {
  Cpu cpu(1);
  Files files;
  files.shapes["model.layers.1.mlp.up_proj.weight"] = {6, 8};
  WeightReport report;
  load_model<Llama<>>(files.write(), cpu, &report);
  CHECK(report.unused == std::vector<std::string>{"model.layers.1.mlp.up_proj.weight"});
}

TEST_CASE("a wrong shape is said with both shapes") {
  Files matrix, vector, transposed;
  matrix.shapes["model.layers.0.mlp.up_proj.weight"] = {7, 8};
  CHECK_THAT(failure_of(matrix),
             Contains("\"model.layers.0.mlp.up_proj.weight\"") && Contains("[7, 8]") && Contains("[6, 8]"));
  vector.shapes["model.norm.weight"] = {8, 1};
  CHECK_THAT(failure_of(vector), Contains("\"model.norm.weight\"") && Contains("[8, 1]") && Contains("[8]"));
  transposed.shapes["model.layers.0.mlp.down_proj.weight"] = {6, 8};
  CHECK_THAT(failure_of(transposed), Contains("[6, 8]") && Contains("[8, 6]"));
}

TEST_CASE("weights of whole numbers are a quantised checkpoint: refused by name and type") {
  Files files;
  files.integers = "model.layers.0.self_attn.q_proj.weight";
  CHECK_THAT(failure_of(files),
             Contains("\"model.layers.0.self_attn.q_proj.weight\"") && Contains("I32") && Contains("quantised"));
}

TEST_CASE("another family's config is refused by the family that was named") {
  Files files;
  files.config["model_type"] = "bloom";
  CHECK_THAT(failure_of(files), Contains("config.json") && Contains("\"bloom\""));
}

TEST_CASE("a model_type that no family reads is refused with those that are") {
  Files files;
  files.config["model_type"] = "mamba";
  CHECK_THROWS_WITH(load_any_model<Cpu>(files.write(), 1),
                    Contains("\"mamba\"") && Contains("supported: albert, bert, bloom"));
  CHECK_THROWS_WITH(read_any_config(files.write()),
                    Contains("\"mamba\"") && Contains("supported: albert, bert, bloom"));
  files.config.erase("model_type");
  CHECK_THROWS_WITH(read_any_config(files.write()), Contains("\"model_type\" is missing"));
}

TEST_CASE("a folder without config.json, and one that is not there, are named") {
  Cpu cpu(1);
  const Files files;
  const auto folder = files.write();
  std::filesystem::remove(folder / "config.json");
  CHECK_THROWS_WITH(load_model<Llama<>>(folder, cpu), Contains("config.json"));
  CHECK_THROWS_WITH(load_model<Llama<>>(folder / "nowhere", cpu), Contains("nowhere"));
}

TEST_CASE("a field of config.json that is not supported stops the loading") {
  Files files;
  files.config["partial_rotary_factor"] = 0.5;
  CHECK_THAT(failure_of(files), Contains("\"partial_rotary_factor\""));
}
