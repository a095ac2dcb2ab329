/// ALBERT (Lan et al. 2020): one block's weights for all layers, and embeddings narrower than the blocks.
#pragma once

#include "neuroglot/models/encoder_parts.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Albert : BertLikeEncoder<B> {
  using BertLikeEncoder<B>::BertLikeEncoder;

  static constexpr std::array<std::string_view, 1> model_types = {"albert"};
  static constexpr std::string_view head_tensor = "predictions.dense.weight";

  static std::string tensor_name(const std::string& path) {
    return renamed(path, {{"model.embed_tokens.norm", "albert.embeddings.LayerNorm"},
                          {"model.embed_tokens.projection", "albert.encoder.embedding_hidden_mapping_in"},
                          {"model.embed_tokens", "albert.embeddings"},
                          {"model.layers.0", "albert.encoder.albert_layer_groups.0.albert_layers.0"},
                          {"self_attn.q_proj", "attention.query"},
                          {"self_attn.k_proj", "attention.key"},
                          {"self_attn.v_proj", "attention.value"},
                          {"self_attn.o_proj", "attention.dense"},
                          {"attention_layernorm", "attention.LayerNorm"},
                          {"mlp.up_proj", "ffn"},
                          {"mlp.down_proj", "ffn_output"},
                          {"output_layernorm", "full_layer_layer_norm"},
                          {"lm_head.norm", "predictions.LayerNorm"},
                          {"lm_head.weight", "predictions.decoder.weight"},
                          {"lm_head", "predictions"}});
  }

  static Config read_config(ConfigReader& json) {
    Config config = read_bert_fields(json, 1e-12);
    config.embedding_size = json.size("embedding_size", 128);
    config.share_layers = true;
    if (!json.has("hidden_act")) config.hidden_act = "gelu_new";
    json.only<std::int64_t>("num_hidden_groups", 1);
    json.only<std::int64_t>("inner_group_num", 1);
    json.only<std::int64_t>("net_structure_type", 0);
    json.only<std::int64_t>("gap_size", 0);
    json.only<std::int64_t>("num_memory_blocks", 0);
    json.ignore({"down_scale_factor"});
    return config;
  }
};

}  // namespace neuroglot
