/// Fields of config.json that many families share, read once for all of them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

/// Throws Error where heads do not divide evenly.
inline void check_heads(const ConfigReader& json, const Config& config) {
  if (config.num_attention_heads % config.num_key_value_heads != 0)
    throw error(json.where(), ": ", config.num_attention_heads, " query heads can not share ",
                config.num_key_value_heads, " key/value heads evenly");
}

/// As many key/value heads as query heads, which divide the hidden size among them.
inline void set_plain_heads(const ConfigReader& json, Config& config) {
  if (config.hidden_size % config.num_attention_heads != 0)
    throw error(json.where(), ": hidden_size ", config.hidden_size, " is not a multiple of ",
                config.num_attention_heads, " heads, and no head_dim is given");
  config.num_key_value_heads = config.num_attention_heads;
  config.head_dim = config.hidden_size / config.num_attention_heads;
}

/// The sizes that most families name alike.
inline Config read_sizes(ConfigReader& json) {
  Config config;
  config.model_type = json.required<std::string>("model_type");
  config.vocab_size = json.size("vocab_size");
  config.hidden_size = json.size("hidden_size");
  config.intermediate_size = json.size("intermediate_size");
  config.num_hidden_layers = json.size("num_hidden_layers");
  config.num_attention_heads = json.size("num_attention_heads");
  return config;
}

/// What LLaMA's heirs have in common: grouped heads, RMS norms, pairs to rotate. `tied` is what holds where config.json
/// says nothing.
inline Config read_llama_fields(ConfigReader& json, bool tied = false) {
  Config config = read_sizes(json);
  config.num_key_value_heads = json.size("num_key_value_heads", config.num_attention_heads);
  if (json.has("head_dim"))
    config.head_dim = json.size("head_dim");
  else if (json.ignore({"head_dim"}); config.hidden_size % config.num_attention_heads == 0)
    config.head_dim = config.hidden_size / config.num_attention_heads;
  else
    throw error(json.where(), ": hidden_size ", config.hidden_size, " is not a multiple of ",
                config.num_attention_heads, " heads, and no head_dim is given");
  config.max_position_embeddings = json.size("max_position_embeddings", 2048);
  config.rms_norm_eps = json.optional<double>("rms_norm_eps").value_or(1e-6);
  config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(tied);
  check_heads(json, config);
  if (config.head_dim % 2 != 0)
    throw error(json.where(), ": head_dim ", config.head_dim, " is odd: rotary positions need pairs");
  return config;
}

/// Which layers see a window of `sliding_window` tokens: as layer_types says, else as the family does where it is not
/// given (`otherwise(layer)`). A window of 0 is none: no layer has one.
template <class Otherwise>
void read_windows(ConfigReader& json, Config& config, Index sliding_window, Otherwise otherwise) {
  config.sliding_window = sliding_window;
  const std::vector<std::string> types = json.list<std::string>("layer_types");
  if (!types.empty() && static_cast<Index>(types.size()) != config.num_hidden_layers)
    throw error(json.where(), ": \"layer_types\" has ", types.size(), " entries for ", config.num_hidden_layers,
                " layers");
  for (const std::string& type : types) {
    if (type != "sliding_attention" && type != "full_attention")
      throw error(json.where(), ": \"layer_types\": \"", type,
                  "\" is not supported (supported: full_attention, sliding_attention)");
    if (type == "sliding_attention" && sliding_window == 0)
      throw error(json.where(), ": \"layer_types\" names sliding_attention, but there is no sliding_window");
  }
  if (sliding_window == 0) return;
  for (Index layer = 0; layer < config.num_hidden_layers; ++layer)
    config.local_layers.push_back(types.empty() ? otherwise(layer)
                                                : types[static_cast<std::size_t>(layer)] == "sliding_attention");
}
template <class Otherwise>
void read_windows(ConfigReader& json, Config& config, Otherwise otherwise) {
  json.ignore({"sliding_window"});
  read_windows(json, config, json.has("sliding_window") ? json.size("sliding_window") : 0, otherwise);
}

}  // namespace neuroglot
