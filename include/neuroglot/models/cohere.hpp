/// Cohere's Command R and Aya (Aryabumi et al. 2024): attention and MLP side by side after one layer norm without bias,
/// neighbouring values rotated together, logits scaled.
#pragma once

#include "neuroglot/models/llama.hpp"
#include "neuroglot/nn/parallel_block.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Cohere
    : Decoder<B, TokenEmbedding<B>, ParallelBlock<LayerNorm<B>, Attention<B, NeighbourRope, Causal>, GatedMlp<B, Silu>>,
              LayerNorm<B>, LmHead<B>> {
  using Cohere::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"cohere"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json, true);
    config.rope = read_rope_config(json);
    config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(false);
    config.norm_bias = false;
    config.layer_norm_eps = json.optional<double>("layer_norm_eps").value_or(1e-5);
    config.logit_shape.scale = json.optional<double>("logit_scale").value_or(0.0625);
    json.only("use_qk_norm", false);  // Command R+
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
