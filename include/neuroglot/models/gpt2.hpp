/// GPT-2 (Radford et al. 2019): layer norms, learned positions, one matrix for queries, keys and values, and weights
/// published as (in_features, out_features) (Conv1D in Hugging Face).
#pragma once

#include "neuroglot/models/gpt_parts.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Gpt2 : Decoder<B, SummedEmbedding<B>, PreNormBlock<LayerNorm<B>, Attention<B, NoPosition, Causal>, PlainMlp<B>>,
                      LayerNorm<B>, LmHead<B>> {
  using Gpt2::Decoder::Decoder;

  static constexpr std::array<std::string_view, 1> model_types = {"gpt2"};

  static TensorSource tensor_source(const Config& config, const std::string& path) {
    const std::string name = renamed(path, {{"model.embed_tokens.word_embeddings", "transformer.wte"},
                                            {"model.embed_tokens.position_embeddings", "transformer.wpe"},
                                            {"model.layers", "transformer.h"},
                                            {"model.norm", "transformer.ln_f"},
                                            {"post_attention_layernorm", "ln_2"},
                                            {"input_layernorm", "ln_1"},
                                            {"self_attn.o_proj", "attn.c_proj"},
                                            {"mlp.up_proj", "mlp.c_fc"},
                                            {"mlp.down_proj", "mlp.c_proj"}});
    const Index part = qkv_part(path);
    TensorSource source{name};
    if (part >= 0) source = part_of_qkv(with_qkv_named(name, "attn.c_attn"), part, config.q_width(), config.kv_width());
    source.transposed = path.find("_proj.weight") != std::string::npos;
    return source;
  }

  static Config read_config(ConfigReader& json) {
    Config config;
    config.model_type = json.required<std::string>("model_type");
    config.vocab_size = json.size("vocab_size");
    config.hidden_size = json.size("n_embd");
    config.num_hidden_layers = json.size("n_layer");
    config.num_attention_heads = json.size("n_head");
    config.intermediate_size = json.size("n_inner", 4 * config.hidden_size);
    config.max_position_embeddings = config.position_embeddings = json.size("n_positions", 1024);
    set_plain_heads(json, config);
    set_biases(config);
    config.layer_norm_eps = json.optional<double>("layer_norm_epsilon").value_or(1e-5);
    config.hidden_act = json.optional<std::string>("activation_function").value_or("gelu_new");
    config.tie_word_embeddings = json.optional<bool>("tie_word_embeddings").value_or(true);
    json.only("scale_attn_weights", true);
    json.only("scale_attn_by_inverse_layer_idx", false);
    json.ignore({"n_ctx", "reorder_and_upcast_attn"});
    return config;
  }
};

}  // namespace neuroglot
