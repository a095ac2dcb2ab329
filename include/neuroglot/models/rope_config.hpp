/// The rotary fields of config.json in both generations: rope_theta + rope_scaling, and rope_parameters (transformers
/// 5), which may be given for each kind of layer.
#pragma once

#include "neuroglot/models/config_reader.hpp"
#include "neuroglot/nn/config.hpp"

namespace neuroglot {

namespace detail {

inline void read_yarn_fields(ConfigReader& json, RopeConfig& rope) {
  rope.beta_fast = json.optional<double>("beta_fast").value_or(rope.beta_fast);
  rope.beta_slow = json.optional<double>("beta_slow").value_or(rope.beta_slow);
  rope.truncate = json.optional<bool>("truncate").value_or(true);
  rope.mscale = json.optional<double>("mscale");
  rope.mscale_all_dim = json.optional<double>("mscale_all_dim");
  rope.attention_factor = json.optional<double>("attention_factor");
}

inline void read_longrope_fields(ConfigReader& json, RopeConfig& rope) {
  rope.short_factor = json.list<double>("short_factor");
  rope.long_factor = json.list<double>("long_factor");
  rope.attention_factor = json.optional<double>("attention_factor");
}

/// The object rope_scaling or rope_parameters; what it leaves out stays as it is.
inline void read_rope_fields(ConfigReader& json, RopeConfig& rope) {
  const auto older = json.optional<std::string>("type");  // the key's name before 2024
  rope.rope_type = json.optional<std::string>("rope_type").value_or(older.value_or("default"));
  if (rope.rope_type == "su") rope.rope_type = "longrope";  // its name in the first Phi-3 files
  rope.rope_theta = json.optional<double>("rope_theta").value_or(rope.rope_theta);
  rope.partial_rotary_factor = json.optional<double>("partial_rotary_factor").value_or(rope.partial_rotary_factor);
  if (json.optional<std::int64_t>("original_max_position_embeddings"))
    rope.original_max_position_embeddings = json.size("original_max_position_embeddings");
  if (rope.rope_type == "default") return json.refuse_unread();
  const bool is_longrope = rope.rope_type == "longrope";
  rope.factor = is_longrope ? json.optional<double>("factor").value_or(1) : json.required<double>("factor");
  if (!(rope.factor >= 1)) throw error(json.where(), ": \"factor\" is ", rope.factor, ", less than 1");
  if (rope.rope_type == "llama3") {
    rope.low_freq_factor = json.required<double>("low_freq_factor");
    rope.high_freq_factor = json.required<double>("high_freq_factor");
    rope.original_max_position_embeddings = json.size("original_max_position_embeddings");
  }
  if (rope.rope_type == "yarn") read_yarn_fields(json, rope);
  if (is_longrope) read_longrope_fields(json, rope);
  json.refuse_unread();
}

inline RopeConfig checked(const ConfigReader& json, RopeConfig rope) {
  if (!(rope.rope_theta > 0)) throw error(json.where(), ": \"rope_theta\" is ", rope.rope_theta);
  if (!(rope.partial_rotary_factor > 0 && rope.partial_rotary_factor <= 1))
    throw error(json.where(), ": \"partial_rotary_factor\" is ", rope.partial_rotary_factor, ", not in (0, 1]");
  return rope;
}

}  // namespace detail

/// Of a family whose layers all rotate alike and a part of each head alone, as partial_rotary_factor says. `rope`: what
/// holds where config.json says nothing.
inline RopeConfig read_partial_rope_config(ConfigReader& json, RopeConfig rope) {
  rope.rope_theta = json.optional<double>("rope_theta").value_or(rope.rope_theta);
  rope.partial_rotary_factor = json.optional<double>("partial_rotary_factor").value_or(rope.partial_rotary_factor);
  auto parameters = json.object("rope_parameters");
  auto scaling = json.object("rope_scaling");
  if (parameters && scaling) throw error(json.where(), ": has both rope_parameters and rope_scaling: which one holds?");
  if (parameters) detail::read_rope_fields(*parameters, rope);
  if (scaling) detail::read_rope_fields(*scaling, rope);
  return detail::checked(json, rope);
}

/// Of a family whose layers all rotate alike, and whole heads.
inline RopeConfig read_rope_config(ConfigReader& json, RopeConfig rope = {}) {
  rope = read_partial_rope_config(json, rope);
  if (rope.partial_rotary_factor != 1)
    throw error(json.where(), ": \"partial_rotary_factor\" is ", rope.partial_rotary_factor,
                "; only 1 is supported by this model family");
  return rope;
}

/// Of a family whose local layers have frequencies of their own (Gemma 3, ModernBERT): sets rope and local_rope. The
/// older names of the two bases are given, and what they are where config.json says nothing; rope_scaling is about the
/// global layers alone.
inline void read_layered_rope_config(ConfigReader& json, std::string_view global_theta, double global_default,
                                     std::string_view local_theta, double local_default, Config& config) {
  RopeConfig global, local;
  global.rope_theta = json.optional<double>(global_theta).value_or(global_default);
  local.rope_theta = json.optional<double>(local_theta).value_or(local_default);
  if (auto scaling = json.object("rope_scaling")) detail::read_rope_fields(*scaling, global);
  if (auto parameters = json.object("rope_parameters")) {
    if (auto of_global = parameters->object("full_attention")) detail::read_rope_fields(*of_global, global);
    if (auto of_local = parameters->object("sliding_attention")) detail::read_rope_fields(*of_local, local);
    parameters->refuse_unread();
  }
  config.rope = detail::checked(json, global);
  config.local_rope = detail::checked(json, local);
}

}  // namespace neuroglot
