/// Mistral (Jiang et al. 2023): LLaMA whose tokens see a window of the last sliding_window tokens, in every layer.
#pragma once

#include "neuroglot/models/llama.hpp"
#include "neuroglot/nn/mask.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Mistral
    : Decoder<B, TokenEmbedding<B>, PreNormBlock<RmsNorm<B>, Attention<B, Rope, CausalWindow>, GatedMlp<B, Silu>>,
              RmsNorm<B>, LmHead<B>> {
  using Mistral::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"mistral"};

  static std::string tensor_name(const std::string& path) { return path; }

  static Config read_config(ConfigReader& json) {
    Config config = read_llama_fields(json);
    config.rope = read_rope_config(json);
    read_windows(json, config, [](Index) { return true; });
    json.only("hidden_act", std::string("silu"));
    return config;
  }
};

}  // namespace neuroglot
