/// ModernBERT and mmBERT (Warner et al. 2024; Marone et al. 2025): pre-norm blocks without biases, gated GELU, rotary
/// positions with frequencies of their own in the local layers, every third layer global.
#pragma once

#include "neuroglot/models/encoder_parts.hpp"
#include "neuroglot/models/rope_config.hpp"
#include "neuroglot/nn/block.hpp"
#include "neuroglot/nn/mask.hpp"
#include "neuroglot/nn/rope.hpp"

namespace neuroglot {

template <class B>
using ModernBertBlock = PreNormBlock<LayerNorm<B>, Attention<B, Rope, BidirectionalWindow>,
                                     GatedMlp<B, NamedActivation>, LayerNormAfterFirstBlock<B>>;

template <class B = Cpu>
struct ModernBert : Encoder<B, SummedEmbedding<B>, ModernBertBlock<B>, LayerNorm<B>, MaskedLmHead<B>> {
  using ModernBert::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"modernbert"};
  static constexpr std::string_view head_tensor = "head.dense.weight";

  static TensorSource tensor_source(const Config& config, const std::string& path) {
    const std::string name = renamed(path, {{"model.embed_tokens.word_embeddings", "model.embeddings.tok_embeddings"},
                                            {"model.embed_tokens.norm", "model.embeddings.norm"},
                                            {"model.norm", "model.final_norm"},
                                            {"input_layernorm", "attn_norm"},
                                            {"post_attention_layernorm", "mlp_norm"},
                                            {"self_attn.o_proj", "attn.Wo"},
                                            {"mlp.down_proj", "mlp.Wo"},
                                            {"lm_head.dense", "head.dense"},
                                            {"lm_head.norm", "head.norm"},
                                            {"lm_head", "decoder"}});
    const Index part = qkv_part(path);
    if (part >= 0) return part_of_qkv(with_qkv_named(name, "attn.Wqkv"), part, config.q_width(), config.kv_width());
    return part_of_pair(name, "gate_proj", "up_proj", "Wi", config.intermediate_size);
  }

  static Config read_config(ConfigReader& json) {
    Config config = read_sizes(json);
    set_plain_heads(json, config);
    config.is_causal = false;
    config.embedding_norm = true;
    config.max_position_embeddings = json.size("max_position_embeddings", 8192);
    config.layer_norm_eps = json.optional<double>("norm_eps").value_or(1e-5);
    config.norm_bias = json.optional<bool>("norm_bias").value_or(false);
    config.attention_bias = config.attention_out_bias = json.optional<bool>("attention_bias").value_or(false);
    config.mlp_bias = json.optional<bool>("mlp_bias").value_or(false);
    config.head_bias = json.optional<bool>("classifier_bias").value_or(false);
    config.hidden_act = json.optional<std::string>("hidden_activation").value_or("gelu");
    json.only("classifier_activation", std::string("gelu"));
    config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(true);
    json.only("decoder_bias", true);
    read_local_layers(json, config);
    json.only("position_embedding_type", std::string("absolute"));  // a leftover: positions are rotary
    json.ignore({"layer_norm_eps", "sparse_prediction", "sparse_pred_ignore_index", "deterministic_flash_attn",
                 "reference_compile", "repad_logits_with_grad", "embedding_dropout"});
    return config;
  }

 private:
  /// local_attention is the width of a window, both sides together.
  static void read_local_layers(ConfigReader& json, Config& config) {
    const Index every = json.size("global_attn_every_n_layers", 3);
    read_windows(json, config, json.size("local_attention", 128) / 2, [&](Index layer) { return layer % every != 0; });
    read_layered_rope_config(json, "global_rope_theta", 160000, "local_rope_theta", 10000, config);
  }
};

}  // namespace neuroglot
