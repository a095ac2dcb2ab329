/// GPT-NeoX and Pythia (Black et al. 2022; Biderman et al. 2023): attention and MLP side by side on the block's input,
/// rotary positions on a part of each head, queries, keys and values of each head side by side in one matrix.
#pragma once

#include "neuroglot/models/gpt_parts.hpp"
#include "neuroglot/models/rope_config.hpp"
#include "neuroglot/nn/parallel_block.hpp"
#include "neuroglot/nn/rope.hpp"

namespace neuroglot {

template <class B = Cpu>
struct GptNeox : Decoder<B, SummedEmbedding<B>, NeoxBlock<LayerNorm<B>, Attention<B, Rope, Causal>, PlainMlp<B>>,
                         LayerNorm<B>, LmHead<B>> {
  using GptNeox::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"gpt_neox"};

  static TensorSource tensor_source(const Config& config, const std::string& path) {
    const std::string name = renamed(path, {{"model.embed_tokens.word_embeddings", "gpt_neox.embed_in"},
                                            {"model.layers", "gpt_neox.layers"},
                                            {"model.norm", "gpt_neox.final_layer_norm"},
                                            {"lm_head", "embed_out"},
                                            {"self_attn.o_proj", "attention.dense"},
                                            {"mlp.up_proj", "mlp.dense_h_to_4h"},
                                            {"mlp.down_proj", "mlp.dense_4h_to_h"}});
    const Index part = qkv_part(path);
    if (part < 0) return {name};
    return part_of_interleaved_qkv(with_qkv_named(name, "attention.query_key_value"), part, config.num_attention_heads,
                                   config.head_dim);
  }

  static Config read_config(ConfigReader& json) {
    Config config = read_sizes(json);
    set_plain_heads(json, config);
    set_biases(config);
    config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(true);
    config.max_position_embeddings = json.size("max_position_embeddings");
    config.layer_norm_eps = json.optional<double>("layer_norm_eps").value_or(1e-5);
    config.hidden_act = json.optional<std::string>("hidden_act").value_or("gelu");
    config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(false);
    config.use_parallel_residual = json.optional<bool>("use_parallel_residual").value_or(true);
    RopeConfig rope;
    rope.rope_theta = json.optional<double>("rotary_emb_base").value_or(10000);
    rope.partial_rotary_factor = json.optional<double>("rotary_pct").value_or(0.25);
    config.rope = read_partial_rope_config(json, rope);
    return config;
  }
};

}  // namespace neuroglot
