/// Qwen 3 (Yang et al. 2025): LLaMA with an RMS norm on each head of queries and keys, and heads of a size of their
/// own.
#pragma once

#include "neuroglot/models/qwen2.hpp"
#include "neuroglot/nn/qk_norm.hpp"

namespace neuroglot {

template <class B>
using Qwen3Attention = Attention<B, Rope, CausalWindow, HeadQkNorm<B>>;

template <class B = Cpu>
struct Qwen3 : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Qwen3Attention<B>, GatedMlp<B, Silu>>, RmsNorm<B>,
                       LmHead<B>> {
  using Qwen3::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"qwen3"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json);
    config.rope = read_rope_config(json);
    if (!json.has("head_dim")) config.head_dim = 128;  // not hidden_size / heads, as elsewhere
    config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(false);
    read_qwen_windows(json, config);
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
