/// Qwen 2 and 2.5 (Yang et al. 2024): LLaMA with biases on queries, keys and values, and windows in the layers from
/// max_window_layers on, where use_sliding_window says so.
#pragma once

#include "neuroglot/models/llama.hpp"
#include "neuroglot/nn/mask.hpp"

namespace neuroglot {

/// Reads the windows of Qwen 2 and 3. Without use_sliding_window the other fields mean nothing, and published files
/// have them all the same.
inline void read_qwen_windows(ConfigReader& json, Config& config) {
  const Index first = json.optional<std::int64_t>("max_window_layers").value_or(28);
  if (json.optional<bool>("use_sliding_window").value_or(false))
    read_windows(json, config, [&](Index layer) { return layer >= first; });
  else
    json.ignore({"sliding_window", "layer_types"});
}

template <class B = Cpu>
struct Qwen2
    : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Attention<B, Rope, CausalWindow>, GatedMlp<B, Silu>>,
              RmsNorm<B>, LmHead<B>> {
  using Qwen2::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"qwen2"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json);
    config.rope = read_rope_config(json);
    config.attention_bias = true;
    read_qwen_windows(json, config);
    json.only("use_mrope", false);
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
