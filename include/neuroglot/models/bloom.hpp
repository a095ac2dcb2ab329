/// BLOOM (BigScience 2022): layer norms, ALiBi in place of position embeddings, a norm on the embeddings, and queries,
/// keys and values of each head side by side in one matrix.
#pragma once

#include "neuroglot/models/gpt_parts.hpp"
#include "neuroglot/nn/position.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Bloom : Decoder<B, SummedEmbedding<B>, PreNormBlock<LayerNorm<B>, Attention<B, Alibi, Causal>, PlainMlp<B>>,
                       LayerNorm<B>, LmHead<B>> {
  using Bloom::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"bloom"};

  static TensorSource tensor_source(const Config& config, const std::string& path) {
    const std::string name = renamed(path, {{"model.embed_tokens.norm", "transformer.word_embeddings_layernorm"},
                                            {"model.embed_tokens.", "transformer."},
                                            {"model.layers", "transformer.h"},
                                            {"model.norm", "transformer.ln_f"},
                                            {"self_attn.o_proj", "self_attention.dense"},
                                            {"mlp.up_proj", "mlp.dense_h_to_4h"},
                                            {"mlp.down_proj", "mlp.dense_4h_to_h"}});
    const Index part = qkv_part(path);
    if (part < 0) return {name};
    return part_of_interleaved_qkv(with_qkv_named(name, "self_attention.query_key_value"), part,
                                   config.num_attention_heads, config.head_dim);
  }

  static Config read_config(ConfigReader& json) {
    Config config;
    config.model_type = json.required<std::string>("model_type");
    config.vocab_size = json.size("vocab_size");
    config.hidden_size = json.size_of({"hidden_size", "n_embed"});
    config.num_hidden_layers = json.size_of({"num_hidden_layers", "n_layer"});
    config.num_attention_heads = json.size_of({"num_attention_heads", "n_head"});
    config.intermediate_size = json.size("n_inner", 4 * config.hidden_size);
    config.max_position_embeddings = json.size("seq_length", 2048);  // trained on; ALiBi itself has no end
    set_plain_heads(json, config);
    set_biases(config);
    config.layer_norm_eps = json.optional<double>("layer_norm_epsilon").value_or(1e-5);
    config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(true);
    config.embedding_norm = true;
    config.hidden_act = "gelu_new";  // BloomGelu
    json.only("apply_residual_connection_post_layernorm", false);
    json.ignore({"slow_but_exact", "attention_softmax_in_fp32", "bias_dropout_fusion", "masked_softmax_fusion",
                 "offset_alibi", "skip_bias_add", "skip_bias_add_qkv"});
    return config;
  }
};

}  // namespace neuroglot
