/// OLMo 2 (Team OLMo 2024): no norms before attention and MLP but after them, inside the residual connection; RMS norms
/// on whole queries and keys.
#pragma once

#include "neuroglot/models/llama.hpp"
#include "neuroglot/nn/qk_norm.hpp"
#include "neuroglot/nn/sandwich_block.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Olmo2
    : Decoder<B, TokenEmbedding<B>,
              SandwichBlock<NoNorm<B>, RmsNorm<B>, Attention<B, Rope, Causal, WholeQkNorm<B>>, GatedMlp<B, Silu>>,
              RmsNorm<B>, LmHead<B>> {
  using Olmo2::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"olmo2"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json);
    if (!json.has("rms_norm_eps")) config.rms_norm_eps = 1e-5;
    config.rope = read_rope_config(json);
    config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(false);
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
