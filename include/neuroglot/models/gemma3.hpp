/// Gemma 3, the text model (Gemma Team 2025): Gemma 2 without soft caps, with norms on each head of queries and keys,
/// five local layers to each global one, and rotary frequencies of their own for the local ones.
#pragma once

#include "neuroglot/models/gemma2.hpp"
#include "neuroglot/nn/qk_norm.hpp"

namespace neuroglot {

template <class B>
using Gemma3Attention = Attention<B, Rope, CausalWindow, HeadQkNorm<B, 1>>;

template <class B = Cpu>
struct Gemma3 : Decoder<B, TokenEmbedding<B>,
                        SandwichBlock<OffsetRmsNorm<B>, OffsetRmsNorm<B>, Gemma3Attention<B>, GatedMlp<B, GeluTanh>>,
                        OffsetRmsNorm<B>, LmHead<B>> {
  using Gemma3::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"gemma3_text"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_gemma_fields(json);
    read_layered_rope_config(json, "rope_theta", 1e6, "rope_local_base_freq", 1e4, config);
    const Index older = json.optional<std::int64_t>("_sliding_window_pattern").value_or(6);
    const Index pattern = json.size("sliding_window_pattern", older);
    if (!json.has("sliding_window")) throw error(json.where(), ": \"sliding_window\" is missing");
    read_windows(json, config, [&](Index layer) { return (layer + 1) % pattern != 0; });
    config.attn_logit_softcapping = json.number("attn_logit_softcapping", 0, 0);
    config.logit_shape.softcap = json.number("final_logit_softcapping", 0, 0);
    return config;
  }
};

}  // namespace neuroglot
