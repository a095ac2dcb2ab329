// A small LLaMA with random weights, for tests that need a model and no file.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "hooks/random_batch.hpp"
#include "neuroglot/models/llama.hpp"
#include "neuroglot/models/load_model.hpp"
#include "neuroglot/nn/config.hpp"

/// Four layers of 4 query and 2 key/value heads, 64 wide, 100 neurons a layer, 97 tokens in the vocabulary.
inline neuroglot::Config small_config() {
  neuroglot::Config config;
  config.model_type = "llama";
  config.vocab_size = 97;
  config.hidden_size = 64;
  config.intermediate_size = 100;
  config.num_hidden_layers = 4;
  config.num_attention_heads = 4;
  config.num_key_value_heads = 2;
  config.head_dim = 16;
  config.max_position_embeddings = 256;
  config.rms_norm_eps = 1e-5;
  return config;
}

/// Norm weights near 1, all others such that activations stay of the order of one; the same for the same seed.
template <class B>
neuroglot::Llama<B> random_llama(B& backend, const neuroglot::Config& config = small_config(), unsigned seed = 1) {
  using Scalar = typename B::Scalar;
  std::mt19937 random(seed);
  const auto draw = [&] { return static_cast<Scalar>(static_cast<double>(random()) * 0x1p-31 - 1); };
  neuroglot::Llama<B> model(config, backend);
  neuroglot::for_each_weight(model, [&](const std::string& path, auto& weight) {
    if constexpr (requires { weight.in_features(); }) {
      std::vector<Scalar> row(static_cast<std::size_t>(weight.in_features()));
      const auto scale = static_cast<Scalar>(1.7 / std::sqrt(static_cast<double>(row.size())));
      for (neuroglot::Index n = 0; n < weight.out_features(); ++n) {
        for (Scalar& value : row) value = scale * draw();
        weight.set_row(n, row.data());
      }
    } else {
      for (Scalar& value : weight) value = path.ends_with("bias") ? draw() : 1 + draw() / 4;
    }
  });
  return model;
}
