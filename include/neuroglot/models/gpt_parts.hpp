/// The parts of decoders of GPT's line, and what their readers share.
#pragma once

#include "neuroglot/models/decoder.hpp"
#include "neuroglot/models/decoder_config.hpp"
#include "neuroglot/models/tensor_source.hpp"
#include "neuroglot/nn/attention.hpp"
#include "neuroglot/nn/block.hpp"
#include "neuroglot/nn/head.hpp"
#include "neuroglot/nn/mlp.hpp"
#include "neuroglot/nn/norm.hpp"
#include "neuroglot/nn/position.hpp"
#include "neuroglot/nn/position_embedding.hpp"
#include "neuroglot/ops/cpu/backend.hpp"
#include "neuroglot/ops/mask.hpp"

namespace neuroglot {

/// Every linear layer of the blocks has a bias.
inline void set_biases(Config& config) {
  config.attention_bias = config.attention_out_bias = config.mlp_bias = true;
}

}  // namespace neuroglot
