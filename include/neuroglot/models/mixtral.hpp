/// Mixtral (Jiang et al. 2024): Mistral with a mixture of experts in place of each MLP.
#pragma once

#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/tensor_source.hpp"
#include "neuroglot/nn/mask.hpp"
#include "neuroglot/nn/sparse_moe.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Mixtral
    : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Attention<B, Rope, CausalWindow>, SparseMoe<B, Silu>>,
              RmsNorm<B>, LmHead<B>> {
  using Mixtral::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"mixtral"};

  static std::string tensor_name(const std::string& path) {
    return renamed(path, {{"mlp", "block_sparse_moe"}, {"gate_proj", "w1"}, {"down_proj", "w2"}, {"up_proj", "w3"}});
  }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json);
    if (!json.has("rms_norm_eps")) config.rms_norm_eps = 1e-5;
    RopeConfig rope;
    rope.rope_theta = 1e6;
    config.rope = read_rope_config(json, rope);
    read_windows(json, config, [](Index) { return true; });
    config.num_experts = json.size("num_local_experts", 8);
    config.num_experts_per_tok = json.size("num_experts_per_tok", 2);
    json.only("hidden_act", std::string("silu"));
    json.ignore({"router_jitter_noise"});  // of training
    return config;
  }
};

}  // namespace neuroglot
