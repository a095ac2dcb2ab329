/// The parts of encoders of BERT's line, and what their readers share.
#pragma once

#include "neuroglot/models/decoder.hpp"
#include "neuroglot/models/decoder_config.hpp"
#include "neuroglot/models/tensor_source.hpp"
#include "neuroglot/nn/attention.hpp"
#include "neuroglot/nn/head.hpp"
#include "neuroglot/nn/mlp.hpp"
#include "neuroglot/nn/norm.hpp"
#include "neuroglot/nn/position.hpp"
#include "neuroglot/nn/position_embedding.hpp"
#include "neuroglot/nn/post_norm_block.hpp"
#include "neuroglot/ops/cpu/backend.hpp"
#include "neuroglot/ops/mask.hpp"

namespace neuroglot {

/// BERT and those who differ from it by names and fields alone.
template <class B>
using BertLikeEncoder =
    Encoder<B, SummedEmbedding<B>, PostNormBlock<LayerNorm<B>, Attention<B, NoPosition, Bidirectional>, PlainMlp<B>>,
            NoNorm<B>, MaskedLmHead<B>>;

/// What all of them have: every token sees the whole text, every linear layer has a bias, the embeddings a norm.
inline void set_encoder(Config& config) {
  config.is_causal = false;
  config.attention_bias = config.attention_out_bias = config.mlp_bias = config.head_bias = true;
  config.embedding_norm = true;
}

/// The fields of BertConfig.
inline Config read_bert_fields(ConfigReader& json, double layer_norm_eps) {
  Config config = read_sizes(json);
  set_plain_heads(json, config);
  set_encoder(config);
  config.max_position_embeddings = config.position_embeddings = json.size("max_position_embeddings", 512);
  config.type_vocab_size = json.size("type_vocab_size", 2);
  config.layer_norm_eps = json.optional<double>("layer_norm_eps").value_or(layer_norm_eps);
  config.hidden_act = json.optional<std::string>("hidden_act").value_or("gelu");
  config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(true);
  json.only("position_embedding_type", std::string("absolute"));
  json.only("is_decoder", false);
  return config;
}

/// The names of embeddings and blocks in BERT and RoBERTa; `model` is what the checkpoint calls the encoder.
inline std::string bert_tensor_name(const std::string& path, const std::string& model) {
  return renamed(path, {{"model.embed_tokens.norm", model + ".embeddings.LayerNorm"},
                        {"model.embed_tokens", model + ".embeddings"},
                        {"model.layers", model + ".encoder.layer"},
                        {"self_attn.q_proj", "attention.self.query"},
                        {"self_attn.k_proj", "attention.self.key"},
                        {"self_attn.v_proj", "attention.self.value"},
                        {"self_attn.o_proj", "attention.output.dense"},
                        {"attention_layernorm", "attention.output.LayerNorm"},
                        {"mlp.up_proj", "intermediate.dense"},
                        {"mlp.down_proj", "output.dense"},
                        {"output_layernorm", "output.LayerNorm"}});
}

}  // namespace neuroglot
