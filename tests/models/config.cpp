// config.json: what is understood, and what is refused rather than ignored.
#include "neuroglot/models/config_reader.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "neuroglot/models/llama.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

nlohmann::json plain() {
  return {{"model_type", "llama"},  {"vocab_size", 100},        {"hidden_size", 48},    {"intermediate_size", 64},
          {"num_hidden_layers", 2}, {"num_attention_heads", 4}, {"rms_norm_eps", 1e-5}, {"hidden_act", "silu"}};
}

/// The config with these fields added or replaced.
Config read(const nlohmann::json& changes) {
  nlohmann::json json = plain();
  json.update(changes);
  ConfigReader reader(json, "config.json");
  const Config config = Llama<>::read_config(reader);
  reader.refuse_unread();
  return config;
}

Config read_scaling(const nlohmann::json& scaling) {
  return read({{"rope_scaling", scaling}});
}

}  // namespace

TEST_CASE("fields that are missing take Hugging Face's defaults") {
  const Config config = read(nlohmann::json::object());
  CHECK(config.num_key_value_heads == 4);
  CHECK(config.head_dim == 12);
  CHECK(config.max_position_embeddings == 2048);
  CHECK_FALSE(config.tie_word_embeddings);
  CHECK_FALSE(config.attention_bias);
  CHECK(config.rope.rope_type == "default");
  CHECK(config.rope.rope_theta == 10000);
}

TEST_CASE("a field that nobody reads is refused by name with its value") {
  CHECK_THROWS_WITH(read({{"sliding_window", 4096}}), Contains("config.json") && Contains("\"sliding_window\": 4096"));
}

TEST_CASE("a field that nobody reads may be null, or say nothing about the computation") {
  CHECK_NOTHROW(read({{"sliding_window", nullptr},
                      {"bos_token_id", 1},
                      {"torch_dtype", "bfloat16"},
                      {"transformers_version", "4.46"}}));
}

TEST_CASE("a field that is missing is named") {
  nlohmann::json json = plain();
  json.erase("hidden_size");
  ConfigReader reader(json, "folder/config.json");
  CHECK_THROWS_WITH(Llama<>::read_config(reader),
                    Contains("folder/config.json") && Contains("\"hidden_size\" is missing"));
}

TEST_CASE("values of the wrong kind are refused by field and value") {
  CHECK_THROWS_WITH(read({{"hidden_size", "48"}}),
                    Contains("\"hidden_size\"") && Contains("\"48\"") && Contains("kind"));
  CHECK_THROWS_WITH(read({{"hidden_size", 48.5}}), Contains("\"hidden_size\"") && Contains("48.5"));
  CHECK_THROWS_WITH(read({{"tie_word_embeddings", 1}}), Contains("\"tie_word_embeddings\""));
  CHECK_THROWS_WITH(read({{"rms_norm_eps", "small"}}), Contains("\"rms_norm_eps\""));
  CHECK_THROWS_WITH(read({{"rope_scaling", 3}}), Contains("rope_scaling") && Contains("object"));
  CHECK_THROWS_WITH(ConfigReader(nlohmann::json::array(), "config.json"), Contains("not a JSON object"));
}

TEST_CASE("sizes that are none are refused: zero, negative, beyond 2^31") {
  CHECK_THROWS_WITH(read({{"num_hidden_layers", 0}}), Contains("\"num_hidden_layers\" is 0"));
  CHECK_THROWS_WITH(read({{"vocab_size", -1}}), Contains("\"vocab_size\" is -1"));
  CHECK_THROWS_WITH(read({{"hidden_size", std::int64_t{1} << 40}}), Contains("\"hidden_size\""));
  CHECK_THROWS_WITH(read({{"hidden_size", 18446744073709551615u}}), Contains("\"hidden_size\""));
}

TEST_CASE("an activation other than SiLU is refused") {
  CHECK_THROWS_WITH(read({{"hidden_act", "gelu"}}), Contains("\"hidden_act\" is \"gelu\"") && Contains("\"silu\""));
}

TEST_CASE("heads that do not divide are refused") {
  CHECK_THROWS_WITH(read({{"num_key_value_heads", 3}}), Contains("4 query heads") && Contains("3 key/value heads"));
  CHECK_THROWS_WITH(read({{"hidden_size", 50}}), Contains("50") && Contains("4 heads"));
  CHECK_NOTHROW(read({{"hidden_size", 50}, {"head_dim", 12}}));
  CHECK_THROWS_WITH(read({{"head_dim", 13}}), Contains("head_dim 13 is odd"));
}

TEST_CASE("rope_scaling is read under both names of its type") {
  const Config linear = read_scaling({{"type", "linear"}, {"factor", 2.5}});
  CHECK(linear.rope.rope_type == "linear");
  CHECK(linear.rope.factor == 2.5);
  const Config llama3 = read_scaling({{"rope_type", "llama3"},
                                      {"factor", 8},
                                      {"low_freq_factor", 1},
                                      {"high_freq_factor", 4},
                                      {"original_max_position_embeddings", 8192}});
  CHECK(llama3.rope.original_max_position_embeddings == 8192);
}

TEST_CASE("rope_parameters, as transformers 5 writes them, hold theta too") {
  const Config config = read({{"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 500000.0}}}});
  CHECK(config.rope.rope_theta == 500000);
}

TEST_CASE("both rope_parameters and rope_scaling leave open which one holds: refused") {
  CHECK_THROWS_WITH(
      read({{"rope_parameters", {{"rope_type", "default"}}}, {"rope_scaling", {{"type", "linear"}, {"factor", 2}}}}),
      Contains("rope_parameters") && Contains("rope_scaling"));
}

TEST_CASE("a rope_scaling of an unknown type, or with an unknown field, is refused by name") {
  CHECK_THROWS_WITH(Rope(read_scaling({{"type", "ntk"}, {"factor", 2}})), Contains("\"ntk\""));
  CHECK_THROWS_WITH(read_scaling({{"rope_type", "linear"}, {"factor", 2}, {"short_factor", 1}}),
                    Contains("\"short_factor\""));
  CHECK_THROWS_WITH(read_scaling({{"rope_type", "default"}, {"factor", 2}}), Contains("\"factor\""));
}

TEST_CASE("a rope_scaling lacking what its type needs is refused by name") {
  CHECK_THROWS_WITH(read_scaling({{"type", "linear"}}), Contains("\"factor\" is missing"));
  CHECK_THROWS_WITH(read_scaling({{"rope_type", "llama3"}, {"factor", 8}, {"high_freq_factor", 4}}),
                    Contains("\"low_freq_factor\" is missing"));
}

TEST_CASE("rotary numbers that can not be are refused") {
  CHECK_THROWS_WITH(read_scaling({{"type", "linear"}, {"factor", 0.5}}), Contains("\"factor\" is 0.5"));
  CHECK_THROWS_WITH(read({{"rope_theta", 0}}), Contains("\"rope_theta\" is 0"));
  CHECK_THROWS_WITH(read({{"rope_parameters", {{"partial_rotary_factor", 0.5}}}}),
                    Contains("\"partial_rotary_factor\""));
  CHECK_THROWS_WITH(read_scaling({{"rope_type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", -512}}),
                    Contains("-512"));
}
