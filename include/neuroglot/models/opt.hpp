/// OPT (Zhang et al. 2022): layer norms, learned positions that begin at row 2, ReLU. The 350m has its norms after
/// attention and MLP, no last norm, and embeddings narrower than its blocks: a type of its own.
#pragma once

#include "neuroglot/models/gpt_parts.hpp"
#include "neuroglot/nn/post_norm_block.hpp"

namespace neuroglot {

template <class B>
using OptAttention = Attention<B, NoPosition, Causal>;

namespace detail {

inline std::string opt_tensor_name(const std::string& path) {
  return renamed(path, {{"model.embed_tokens.word_embeddings", "model.decoder.embed_tokens"},
                        {"model.embed_tokens.position_embeddings", "model.decoder.embed_positions"},
                        {"model.embed_tokens.projection", "model.decoder.project_in"},
                        {"lm_head.projection", "model.decoder.project_out"},
                        {"model.layers", "model.decoder.layers"},
                        {"model.norm", "model.decoder.final_layer_norm"},
                        {"input_layernorm", "self_attn_layer_norm"},
                        {"post_attention_layernorm", "final_layer_norm"},
                        {"attention_layernorm", "self_attn_layer_norm"},
                        {"output_layernorm", "final_layer_norm"},
                        {"self_attn.o_proj", "self_attn.out_proj"},
                        {"mlp.up_proj", "fc1"},
                        {"mlp.down_proj", "fc2"}});
}

inline Config read_opt_config(ConfigReader& json) {
  Config config;
  config.model_type = json.required<std::string>("model_type");
  config.vocab_size = json.size("vocab_size");
  config.hidden_size = json.size("hidden_size");
  config.num_hidden_layers = json.size("num_hidden_layers");
  config.num_attention_heads = json.size("num_attention_heads");
  config.intermediate_size = json.size("ffn_dim");
  config.embedding_size = json.size("word_embed_proj_dim", config.hidden_size);
  config.max_position_embeddings = json.size("max_position_embeddings");
  config.position_offset = 2;
  config.position_embeddings = config.max_position_embeddings + config.position_offset;
  set_plain_heads(json, config);
  set_biases(config);
  config.hidden_act = json.optional<std::string>("activation_function").value_or("relu");
  config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(true);
  json.only("enable_bias", true);
  json.only("layer_norm_elementwise_affine", true);
  json.only("_remove_final_layer_norm", false);
  json.optional<bool>("do_layer_norm_before");
  return config;
}

}  // namespace detail

template <class B = Cpu>
struct Opt : Decoder<B, SummedEmbedding<B, true>, PreNormBlock<LayerNorm<B>, OptAttention<B>, PlainMlp<B>>,
                     LayerNorm<B>, LmHead<B>> {
  using Opt::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"opt"};
  static bool accepts(ConfigReader& json) { return json.optional<bool>("do_layer_norm_before").value_or(true); }

  static std::string tensor_name(const std::string& path) { return detail::opt_tensor_name(path); }
  static Config read_config(ConfigReader& json) { return detail::read_opt_config(json); }
};

template <class B = Cpu>
struct OptPostNorm : Decoder<B, SummedEmbedding<B, true>, PostNormBlock<LayerNorm<B>, OptAttention<B>, PlainMlp<B>>,
                             NoNorm<B>, LmHead<B>> {
  using OptPostNorm::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"opt"};
  static bool accepts(ConfigReader& json) { return !Opt<B>::accepts(json); }

  static std::string tensor_name(const std::string& path) { return detail::opt_tensor_name(path); }
  static Config read_config(ConfigReader& json) { return detail::read_opt_config(json); }
};

}  // namespace neuroglot
