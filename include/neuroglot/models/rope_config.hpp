/// The rotary fields of config.json in both generations: rope_theta + rope_scaling, and rope_parameters (transformers
/// 5).
#pragma once

#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

namespace detail {

inline void read_rope_fields(ConfigReader& json, RopeConfig& rope) {
  const auto older = json.optional<std::string>("type");  // the key's name before 2024
  rope.rope_type = json.optional<std::string>("rope_type").value_or(older.value_or("default"));
  rope.rope_theta = json.optional<double>("rope_theta").value_or(rope.rope_theta);
  json.only("partial_rotary_factor", 1.0);
  if (rope.rope_type == "default") return json.refuse_unread();
  rope.factor = json.required<double>("factor");
  if (!(rope.factor >= 1)) throw error(json.where(), ": \"factor\" is ", rope.factor, ", less than 1");
  if (rope.rope_type == "llama3") {
    rope.low_freq_factor = json.required<double>("low_freq_factor");
    rope.high_freq_factor = json.required<double>("high_freq_factor");
  }
  if (rope.rope_type == "yarn") {
    rope.beta_fast = json.optional<double>("beta_fast").value_or(rope.beta_fast);
    rope.beta_slow = json.optional<double>("beta_slow").value_or(rope.beta_slow);
    rope.truncate = json.optional<bool>("truncate").value_or(true);
    rope.mscale = json.optional<double>("mscale");
    rope.mscale_all_dim = json.optional<double>("mscale_all_dim");
    rope.attention_factor = json.optional<double>("attention_factor");
  }
  if (rope.rope_type == "llama3")
    rope.original_max_position_embeddings = json.size("original_max_position_embeddings");
  else if (json.optional<std::int64_t>("original_max_position_embeddings"))
    rope.original_max_position_embeddings = json.size("original_max_position_embeddings");
  json.refuse_unread();
}

}  // namespace detail

inline RopeConfig read_rope_config(ConfigReader& json) {
  RopeConfig rope;
  rope.rope_theta = json.optional<double>("rope_theta").value_or(rope.rope_theta);
  auto parameters = json.object("rope_parameters");
  auto scaling = json.object("rope_scaling");
  if (parameters && scaling) throw error(json.where(), ": has both rope_parameters and rope_scaling: which one holds?");
  if (parameters) detail::read_rope_fields(*parameters, rope);
  if (scaling) detail::read_rope_fields(*scaling, rope);
  if (!(rope.rope_theta > 0)) throw error(json.where(), ": \"rope_theta\" is ", rope.rope_theta);
  return rope;
}

}  // namespace neuroglot
