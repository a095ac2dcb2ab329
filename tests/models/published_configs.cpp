// config.json as published: every field that real checkpoints carry is read or known to say nothing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "neuroglot/io/json.hpp"
#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/models/registry.hpp"

using namespace neuroglot;

namespace {

const std::filesystem::path published = std::filesystem::path(NEUROGLOT_TESTS_DIR) / "models/published";

Config read(const nlohmann::json& json, const std::string& name) {
  ConfigReader reader(json, name);
  Config config;
  detail::with_family(AllFamilies<Cpu>{}, reader, [&]<class Model>() {
    config = Model::read_config(reader);
    reader.refuse_unread();
  });
  return config;
}

Config read(const std::string& name) {
  return read(read_json(published / (name + ".json")), name);
}

}  // namespace

TEST_CASE("published: every config.json is read, and one field more is refused by name") {
  int configs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(published)) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path().filename().string());
    nlohmann::json json = read_json(entry.path());
    CHECK_NOTHROW(read(json, "config.json"));
    json["use_hyperbolic_attention"] = true;
    CHECK_THROWS_WITH(read(json, "config.json"), Catch::Contains("\"use_hyperbolic_attention\": true"));
    ++configs;
  }
  CHECK(configs == 24);
}

TEST_CASE("published: sizes and what is special come out") {
  CHECK(read("llama-3.2-1b").rope.rope_type == "llama3");
  CHECK(read("mistral-7b-v0.1").sliding_window == 4096);
  CHECK(read("mixtral-8x7b-v0.1").neurons() == 8 * 14336);
  CHECK(read("qwen2.5-0.5b").local_layers.empty());
  CHECK(read("qwen3-0.6b").q_width() == 2048);
  CHECK(read("qwen3-30b-a3b").neurons() == 128 * 768);
  CHECK(read("bloom-560m").intermediate_size == 4096);
  CHECK(read("opt-350m").embedding_width() == 512);
  CHECK(read("opt-125m").position_embeddings == 2050);
  CHECK(read("pythia-70m").rope.partial_rotary_factor == 0.25);
  CHECK(read("phi-3-mini-128k").rope.original_max_position_embeddings == 4096);
  CHECK(read("aya-23-8b").tie_word_embeddings);
  CHECK(read("xlm-roberta-base").max_position_embeddings == 512);
  CHECK(read("albert-base-v2").share_layers);
}

TEST_CASE("published: local and global layers alternate as the models were trained") {
  const auto locals = [](const std::string& name) {
    const Config config = read(name);
    return std::count(config.local_layers.begin(), config.local_layers.end(), true);
  };
  CHECK(locals("gemma-2-2b") == 13);
  CHECK(read("gemma-2-2b").is_local(0));
  CHECK(locals("gemma-3-1b-pt") == 22);
  CHECK_FALSE(read("gemma-3-1b-pt").is_local(5));
  CHECK(locals("modernbert-base") == 14);
  CHECK_FALSE(read("modernbert-base").is_local(0));
  CHECK(read("modernbert-base").sliding_window == 64);
}

TEST_CASE("published: the two generations of config.json say the same") {
  nlohmann::json older = read_json(published / "llama-3.2-1b.json"), newer = older;
  newer["rope_parameters"] = older["rope_scaling"];
  newer["rope_parameters"]["rope_theta"] = older["rope_theta"];
  newer.erase("rope_scaling");
  newer.erase("rope_theta");
  const RopeConfig a = read(older, "older").rope, b = read(newer, "newer").rope;
  CHECK((a.rope_type == b.rope_type && a.rope_theta == b.rope_theta && a.factor == b.factor));
  CHECK(a.original_max_position_embeddings == b.original_max_position_embeddings);
}
