/// DistilBERT (Sanh et al. 2019): half of BERT's blocks, no token types, names of its own.
#pragma once

#include "neuroglot/models/encoder_parts.hpp"

namespace neuroglot {

template <class B = Cpu>
struct DistilBert : BertLikeEncoder<B> {
  using BertLikeEncoder<B>::BertLikeEncoder;

  static constexpr std::array<std::string_view, 1> model_types = {"distilbert"};
  static constexpr std::string_view head_tensor = "vocab_transform.weight";

  static std::string tensor_name(const std::string& path) {
    return renamed(path, {{"model.embed_tokens.norm", "distilbert.embeddings.LayerNorm"},
                          {"model.embed_tokens", "distilbert.embeddings"},
                          {"model.layers", "distilbert.transformer.layer"},
                          {"self_attn.q_proj", "attention.q_lin"},
                          {"self_attn.k_proj", "attention.k_lin"},
                          {"self_attn.v_proj", "attention.v_lin"},
                          {"self_attn.o_proj", "attention.out_lin"},
                          {"attention_layernorm", "sa_layer_norm"},
                          {"mlp.up_proj", "ffn.lin1"},
                          {"mlp.down_proj", "ffn.lin2"},
                          {"output_layernorm", "output_layer_norm"},
                          {"lm_head.dense", "vocab_transform"},
                          {"lm_head.norm", "vocab_layer_norm"},
                          {"lm_head.", "vocab_projector."}});
  }

  static Config read_config(ConfigReader& json) {
    Config config;
    config.model_type = json.required<std::string>("model_type");
    config.vocab_size = json.size("vocab_size");
    config.hidden_size = json.size("dim");
    config.intermediate_size = json.size("hidden_dim");
    config.num_hidden_layers = json.size("n_layers");
    config.num_attention_heads = json.size("n_heads");
    set_plain_heads(json, config);
    set_encoder(config);
    config.max_position_embeddings = config.position_embeddings = json.size("max_position_embeddings", 512);
    config.layer_norm_eps = 1e-12;
    config.hidden_act = json.optional<std::string>("activation").value_or("gelu");
    config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(true);
    json.ignore({"sinusoidal_pos_embds", "tie_weights_"});  // the table of positions is in the file either way
    return config;
  }
};

}  // namespace neuroglot
