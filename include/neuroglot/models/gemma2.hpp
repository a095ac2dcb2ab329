/// Gemma 2 (Gemma Team 2024): norms before and after attention and MLP, weights as distance from one, windows in every
/// other layer, soft caps on scores and logits, embeddings scaled by sqrt(hidden_size).
#pragma once

#include <cmath>

#include "neuroglot/models/llama.hpp"
#include "neuroglot/nn/mask.hpp"
#include "neuroglot/nn/sandwich_block.hpp"

namespace neuroglot {

/// The fields that Gemma 2 and 3 have in common.
inline Config read_gemma_fields(ConfigReader& json) {
  Config config = read_llama_fields(json, true);
  if (!json.has("head_dim")) config.head_dim = 256;
  if (!json.has("max_position_embeddings")) config.max_position_embeddings = 8192;
  config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(false);
  config.embedding_scale = std::sqrt(static_cast<float>(config.hidden_size));
  config.query_pre_attn_scalar = json.optional<double>("query_pre_attn_scalar").value_or(256);
  json.only("hidden_activation", std::string("gelu_pytorch_tanh"));
  json.ignore({"hidden_act"});  // the older name: Hugging Face reads hidden_activation alone
  json.only("use_bidirectional_attention", false);
  return config;
}

template <class B = Cpu>
struct Gemma2
    : Decoder<
          B, TokenEmbedding<B>,
          SandwichBlock<OffsetRmsNorm<B>, OffsetRmsNorm<B>, Attention<B, Rope, CausalWindow>, GatedMlp<B, GeluTanh>>,
          OffsetRmsNorm<B>, LmHead<B>> {
  using Gemma2::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"gemma2"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_gemma_fields(json);
    config.rope = read_rope_config(json);
    read_windows(json, config, [](Index layer) { return layer % 2 == 0; });
    config.attn_logit_softcapping = json.number("attn_logit_softcapping", 50, 0);
    config.logit_shape.softcap = json.number("final_logit_softcapping", 30, 0);
    return config;
  }
};

}  // namespace neuroglot
