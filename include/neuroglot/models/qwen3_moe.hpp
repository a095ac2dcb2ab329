/// Qwen 3's mixtures of experts (Yang et al. 2025): Qwen 3 with many small experts in place of each MLP.
#pragma once

#include "neuroglot/models/qwen3.hpp"
#include "neuroglot/nn/sparse_moe.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Qwen3Moe : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Qwen3Attention<B>, SparseMoe<B, Silu>>,
                          RmsNorm<B>, LmHead<B>> {
  using Qwen3Moe::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"qwen3_moe"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = Qwen3<B>::read_config(json);
    config.intermediate_size = json.size("moe_intermediate_size");  // intermediate_size is of layers without experts
    config.num_experts = json.size_of({"num_experts", "num_local_experts"});
    config.num_experts_per_tok = json.size("num_experts_per_tok");
    config.norm_topk_prob = json.optional<bool>("norm_topk_prob").value_or(false);
    json.only<std::int64_t>("decoder_sparse_step", 1);
    if (!json.list<std::int64_t>("mlp_only_layers").empty())
      throw error(json.where(),
                  ": \"mlp_only_layers\": layers without experts among those that have them are not "
                  "supported");
    return config;
  }
};

}  // namespace neuroglot
