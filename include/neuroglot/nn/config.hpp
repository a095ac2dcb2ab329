/// The sizes and options of one checkpoint, under the names that Hugging Face's config.json gives them.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/ops/soft_cap.hpp"

namespace neuroglot {

/// How rotary positions are stretched beyond the length a model was first trained for; see nn/rope.hpp.
struct RopeConfig {
  std::string rope_type = "default";  ///< default, linear, dynamic, yarn, llama3 or longrope
  double rope_theta = 10000;
  double partial_rotary_factor = 1;  ///< the part of each head that is rotated
  double factor = 1;
  double low_freq_factor = 1;                                      ///< llama3
  double high_freq_factor = 4;                                     ///< llama3
  double beta_fast = 32;                                           ///< yarn
  double beta_slow = 1;                                            ///< yarn
  bool truncate = true;                                            ///< yarn
  std::optional<double> mscale, mscale_all_dim, attention_factor;  ///< yarn; the last one longrope too
  std::vector<double> short_factor, long_factor;                   ///< longrope, a number a pair
  Index original_max_position_embeddings = 0;                      ///< 0: max_position_embeddings
};

struct Config {
  std::string model_type;
  Index vocab_size = 0;
  Index hidden_size = 0;
  Index intermediate_size = 0;
  Index num_hidden_layers = 0;
  Index num_attention_heads = 0;
  Index num_key_value_heads = 0;
  Index head_dim = 0;
  Index max_position_embeddings = 0;
  std::string hidden_act = "silu";
  bool tie_word_embeddings = false;

  double rms_norm_eps = 1e-6;
  double layer_norm_eps = 1e-5;
  bool norm_bias = true;  ///< of layer norms

  bool attention_bias = false;      ///< of the query, key and value projections
  bool attention_out_bias = false;  ///< of the output projection
  bool mlp_bias = false;
  bool head_bias = false;              ///< of the dense layer of a masked-LM head
  double query_pre_attn_scalar = 0;    ///< scores are divided by its root; 0: head_dim
  double attn_logit_softcapping = 0;   ///< 0: none
  Index num_experts = 0;               ///< a mixture of experts in each layer; 0: one MLP
  Index num_experts_per_tok = 0;       ///< experts that a token is routed to
  bool norm_topk_prob = true;          ///< their weights are made to add up to 1
  bool use_parallel_residual = false;  ///< GPT-NeoX: attention and MLP both read the block's input
  bool share_layers = false;           ///< one block's weights for all layers (ALBERT)
  bool is_causal = true;               ///< false: an encoder, whose tokens see the whole text
  bool has_lm_head = true;             ///< false: a bare encoder, which gives hidden states alone
  LogitShape logit_shape;

  Index position_embeddings = 0;  ///< rows of the table of learned positions; 0: there is none
  Index position_offset = 0;      ///< the row of a sequence's first token (2 in OPT, padding id + 1 in RoBERTa)
  std::optional<Index> position_padding_id;  ///< tokens of this id are no positions (RoBERTa)
  Index type_vocab_size = 0;    ///< rows of the table of token types, of which a single text uses the first
  Index embedding_size = 0;     ///< width of the token embeddings where it is not hidden_size (ALBERT, OPT-350m); 0: is
  bool embedding_norm = false;  ///< a layer norm after the embeddings
  double embedding_scale = 1;   ///< factor on the token embeddings (Gemma)

  RopeConfig rope;
  std::optional<RopeConfig> local_rope;  ///< of the local layers, where they have their own (Gemma 3, ModernBERT)
  std::vector<bool> local_layers;        ///< which layers see a window only; empty: none
  Index sliding_window = 0;              ///< of local layers: the tokens seen, itself included, or to each side

  std::vector<std::string> lacking_sites;  ///< names of the sites that the family does not have

  /// Of a layer, those of all experts counted.
  Index neurons() const { return std::max<Index>(1, num_experts) * intermediate_size; }
  Index q_width() const { return num_attention_heads * head_dim; }
  Index kv_width() const { return num_key_value_heads * head_dim; }
  Index embedding_width() const { return embedding_size > 0 ? embedding_size : hidden_size; }
  bool is_local(Index layer) const { return !local_layers.empty() && local_layers[static_cast<std::size_t>(layer)]; }
  double attention_scale() const {
    return 1 / std::sqrt(query_pre_attn_scalar > 0 ? query_pre_attn_scalar : static_cast<double>(head_dim));
  }
};

}  // namespace neuroglot
