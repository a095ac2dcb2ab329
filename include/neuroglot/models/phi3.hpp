/// Phi-3 and Phi-4 (Abdin et al. 2024): LLaMA with queries, keys and values in one matrix, gate and up projection in
/// another, windows, and LongRoPE.
#pragma once

#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/tensor_source.hpp"
#include "neuroglot/nn/mask.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Phi3
    : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Attention<B, Rope, CausalWindow>, GatedMlp<B, Silu>>,
              RmsNorm<B>, LmHead<B>> {
  using Phi3::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"phi3"};

  static TensorSource tensor_source(const Config& config, const std::string& path) {
    const Index part = qkv_part(path);
    if (part >= 0)
      return part_of_qkv(with_qkv_named(path, "self_attn.qkv_proj"), part, config.q_width(), config.kv_width());
    return part_of_pair(path, "gate_proj", "up_proj", "gate_up_proj", config.intermediate_size);
  }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json);
    if (!json.has("rms_norm_eps")) config.rms_norm_eps = 1e-5;
    RopeConfig rope;
    rope.original_max_position_embeddings = json.size("original_max_position_embeddings", 4096);
    config.rope = read_partial_rope_config(json, rope);
    read_windows(json, config, [](Index) { return true; });
    json.only("attention_bias", false);
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
