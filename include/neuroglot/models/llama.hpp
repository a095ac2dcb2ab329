/// LLaMA 1 to 3 (Touvron et al. 2023; Dubey et al. 2024), and what shares its architecture (SmolLM2, TinyLlama, Vicuna,
/// ...): RMS norms, rotary positions, gated SiLU, grouped key/value heads.
#pragma once

#include <array>
#include <string_view>

#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/models/decoder.hpp"
#include "neuroglot/models/rope_config.hpp"
#include "neuroglot/nn/attention.hpp"
#include "neuroglot/nn/block.hpp"
#include "neuroglot/nn/embedding.hpp"
#include "neuroglot/nn/mlp.hpp"
#include "neuroglot/nn/norm.hpp"
#include "neuroglot/nn/rope.hpp"
#include "neuroglot/ops/activation.hpp"
#include "neuroglot/ops/cpu/backend.hpp"
#include "neuroglot/ops/mask.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Llama : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Attention<B, Rope, Causal>, GatedMlp<B, Silu>>,
                       RmsNorm<B>, LmHead<B>> {
  using Llama::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"llama"};

  /// The name that checkpoints give to a weight of this tree of parts: its path, as it is.
  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config;
    config.model_type = json.required<std::string>("model_type");
    config.vocab_size = json.size("vocab_size");
    config.hidden_size = json.size("hidden_size");
    config.intermediate_size = json.size("intermediate_size");
    config.num_hidden_layers = json.size("num_hidden_layers");
    config.num_attention_heads = json.size("num_attention_heads");
    config.num_key_value_heads = json.size("num_key_value_heads", config.num_attention_heads);
    if (config.hidden_size % config.num_attention_heads != 0 && !json.optional<std::int64_t>("head_dim"))
      throw error(json.where(), ": hidden_size ", config.hidden_size, " is not a multiple of ",
                  config.num_attention_heads, " heads, and no head_dim is given");
    config.head_dim = json.size("head_dim", std::max<Index>(1, config.hidden_size / config.num_attention_heads));
    config.max_position_embeddings = json.size("max_position_embeddings", 2048);
    config.rms_norm_eps = json.optional<double>("rms_norm_eps").value_or(1e-6);
    config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(false);
    config.attention_bias = json.optional<bool>("attention_bias").value_or(false);
    config.mlp_bias = json.optional<bool>("mlp_bias").value_or(false);
    config.rope = read_rope_config(json);
    json.only("hidden_act", std::string("silu"));
    if (config.num_attention_heads % config.num_key_value_heads != 0)
      throw error(json.where(), ": ", config.num_attention_heads, " query heads can not share ",
                  config.num_key_value_heads, " key/value heads evenly");
    if (config.head_dim % 2 != 0)
      throw error(json.where(), ": head_dim ", config.head_dim, " is odd: rotary positions need pairs");
    return config;
  }
};

}  // namespace neuroglot
