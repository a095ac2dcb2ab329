/// RoBERTa and XLM-R (Liu et al. 2019; Conneau et al. 2020): BERT whose positions begin behind the padding id, and a
/// head under other names.
#pragma once

#include "neuroglot/models/encoder_parts.hpp"

namespace neuroglot {

template <class B = Cpu>
struct Roberta : BertLikeEncoder<B> {
  using BertLikeEncoder<B>::BertLikeEncoder;

  static constexpr std::array<std::string_view, 3> model_types = {"roberta", "xlm-roberta", "camembert"};
  static constexpr std::string_view head_tensor = "lm_head.dense.weight";

  static std::string tensor_name(const std::string& path) {
    return bert_tensor_name(
        renamed(path, {{"lm_head.norm", "lm_head.layer_norm"}, {"lm_head.weight", "lm_head.decoder.weight"}}),
        "roberta");
  }

  static Config read_config(ConfigReader& json) {
    Config config = read_bert_fields(json, 1e-12);
    config.position_padding_id = json.optional<std::int64_t>("pad_token_id").value_or(1);
    config.position_offset = *config.position_padding_id + 1;
    config.max_position_embeddings -= config.position_offset;  // of the table's rows, those that a text can use
    return config;
  }
};

}  // namespace neuroglot
