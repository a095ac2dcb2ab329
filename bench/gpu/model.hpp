/// A LLaMA of published shape with weights made on the spot: what the benchmarks on a GPU run, without a checkpoint.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/packed_batch.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/nn/config.hpp"

namespace bench {

using neuroglot::Config;
using neuroglot::Index;

/// "llama-2-7b" (Touvron et al. 2023, table 1), or "tiny", which runs anywhere. Throws UsageError for other names.
inline Config config_named(std::string_view name) {
  Config config;
  config.model_type = "llama";
  config.rms_norm_eps = 1e-5;
  if (name == "llama-2-7b") {
    config.vocab_size = 32000;
    config.hidden_size = 4096;
    config.intermediate_size = 11008;
    config.num_hidden_layers = 32;
    config.num_attention_heads = config.num_key_value_heads = 32;
    config.head_dim = 128;
    config.max_position_embeddings = 4096;
  } else if (name == "tiny") {
    config.vocab_size = 96;
    config.hidden_size = 32;
    config.intermediate_size = 48;
    config.num_hidden_layers = 2;
    config.num_attention_heads = config.num_key_value_heads = 2;
    config.head_dim = 16;
    config.max_position_embeddings = 64;
  } else {
    throw neuroglot::usage_error("--model ", std::string(name), ": is llama-2-7b or tiny");
  }
  return config;
}

/// Matrices of normal numbers, such that activations keep their size; norm weights are one. Rows are cut out of one
/// table at places that depend on their number, so that seven billion weights are there in a moment.
template <class Model>
void fill_with_noise(Model& model) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> table(std::size_t{1} << 20);
  for (float& value : table) value = normal(random);
  std::size_t matrices = 0;
  neuroglot::for_each_weight(model, [&](const std::string&, auto& weight) {
    if constexpr (requires { weight.in_features(); }) {
      model.backend().prepare(weight);
      const std::size_t matrix = ++matrices, width = static_cast<std::size_t>(weight.in_features());
      const float scale = 1 / std::sqrt(static_cast<float>(width));
      model.threads().for_ranges(weight.out_features(), 16, [&](Index first, Index count, int) {
        std::vector<float> row(width);
        for (Index n = first; n < first + count; ++n) {
          const std::size_t at = (matrix * 104729 + static_cast<std::size_t>(n) * 7919) % (table.size() - width);
          for (std::size_t k = 0; k < width; ++k) row[k] = scale * table[at + k];
          weight.set_row(n, row.data());
        }
      });
    } else {
      for (float& value : weight) value = 1;
    }
  });
}

/// Sequences of tokens that are drawn by chance, the same for the same sizes.
inline neuroglot::PackedBatch random_batch(const Config& config, Index sequences, Index length) {
  std::mt19937 random(2);
  neuroglot::PackedBatch batch;
  for (Index s = 0; s < sequences; ++s) {
    std::vector<std::int32_t> ids;
    for (Index i = 0; i < length; ++i)
      ids.push_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(config.vocab_size)));
    batch.add(ids);
  }
  return batch;
}

/// Operations of the linear layers of all blocks, a token; a product and a sum are two.
inline double linear_flop_per_token(const Config& config) {
  const auto of = [](Index in, Index out) { return 2.0 * static_cast<double>(in) * static_cast<double>(out); };
  const double attention = of(config.hidden_size, config.q_width()) * 2 + of(config.hidden_size, config.kv_width()) * 2;
  const double mlp = 3 * of(config.hidden_size, config.intermediate_size);
  return static_cast<double>(config.num_hidden_layers) * (attention + mlp);
}

/// Operations of causal attention over sequences of one length, a token, all blocks: of each pair of positions that see
/// each other a product with q and one with v.
inline double attention_flop_per_token(const Config& config, Index length) {
  return static_cast<double>(config.num_hidden_layers * config.q_width()) * 2.0 * static_cast<double>(length + 1);
}

}  // namespace bench
