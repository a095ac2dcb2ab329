/// LLaMA 1 to 3 (Touvron et al. 2023; Dubey et al. 2024), and what shares its architecture (SmolLM2, TinyLlama, Vicuna,
/// ...): RMS norms, rotary positions, gated SiLU, grouped key/value heads.
#pragma once

#include <array>
#include <string_view>

#include "neuroglot/models/decoder.hpp"
#include "neuroglot/models/decoder_config.hpp"
#include "neuroglot/models/rope_config.hpp"
#include "neuroglot/nn/attention.hpp"
#include "neuroglot/nn/block.hpp"
#include "neuroglot/nn/embedding.hpp"
#include "neuroglot/nn/head.hpp"
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
    Config config = read_llama_fields(json);
    config.rope = read_rope_config(json);
    config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(false);
    config.mlp_bias = json.optional<bool>("mlp_bias").value_or(false);
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
