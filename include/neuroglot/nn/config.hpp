/// The sizes and options of one checkpoint, under the names that Hugging Face's config.json gives them.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/core/matrix.hpp"

namespace neuroglot {

/// How rotary positions are stretched beyond the length a model was first trained for; see nn/rope.hpp.
struct RopeConfig {
  std::string rope_type = "default";  ///< default, linear, dynamic, yarn or llama3
  double rope_theta = 10000;
  double factor = 1;
  double low_freq_factor = 1;                                      ///< llama3
  double high_freq_factor = 4;                                     ///< llama3
  double beta_fast = 32;                                           ///< yarn
  double beta_slow = 1;                                            ///< yarn
  bool truncate = true;                                            ///< yarn
  std::optional<double> mscale, mscale_all_dim, attention_factor;  ///< yarn
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
  double rms_norm_eps = 1e-6;
  bool tie_word_embeddings = false;
  bool attention_bias = false;
  bool mlp_bias = false;
  RopeConfig rope;

  Index q_width() const { return num_attention_heads * head_dim; }
  Index kv_width() const { return num_key_value_heads * head_dim; }
};

}  // namespace neuroglot
