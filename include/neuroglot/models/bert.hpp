/// BERT (Devlin et al. 2019; mBERT): post-norm blocks, learned positions, a masked language model's head or none.
#pragma once

#include "neuroglot/models/encoder_parts.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Bert : BertLikeEncoder<B> {
  using BertLikeEncoder<B>::BertLikeEncoder;

  static constexpr std::array<std::string_view, 1> model_types = {"bert"};
  /// Where this is missing, the checkpoint is a bare encoder.
  static constexpr std::string_view head_tensor = "cls.predictions.transform.dense.weight";

  static std::string tensor_name(const std::string& path) {
    return bert_tensor_name(renamed(path, {{"lm_head.dense", "cls.predictions.transform.dense"},
                                           {"lm_head.norm", "cls.predictions.transform.LayerNorm"},
                                           {"lm_head.weight", "cls.predictions.decoder.weight"},
                                           {"lm_head.bias", "cls.predictions.bias"}}),
                            "bert");
  }

  static Config read_config(ConfigReader& json) { return read_bert_fields(json, 1e-12); }
};

}  // namespace neuroglot
