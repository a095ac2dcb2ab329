/// Reads config.json field by field and remembers which: a field that no part of the model has asked for is an error,
/// because ignoring it would mean computing something else than the checkpoint says.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

class ConfigReader {
 public:
  /// Reads FOLDER/config.json. Throws Error where it is missing or not a JSON object.
  explicit ConfigReader(const std::filesystem::path& folder)
      : ConfigReader(read_json(folder / "config.json"), (folder / "config.json").string()) {}
  ConfigReader(nlohmann::json json, std::string where) : json_(std::move(json)), where_(std::move(where)) {
    if (!json_.is_object()) throw error(where_, ": is not a JSON object");
  }

  const std::string& where() const { return where_; }

  /// A field that must be there.
  template <class T>
  T required(std::string_view field) {
    if (const auto value = optional<T>(field)) return *value;
    throw error(where_, ": \"", field, "\" is missing");
  }

  /// A field that may be missing or null.
  template <class T>
  std::optional<T> optional(std::string_view field) {
    read_.emplace(field);
    const auto found = json_.find(field);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    return converted<T>(*found, field);
  }

  /// Whether the field is there and not null.
  bool has(std::string_view field) const {
    const auto found = json_.find(field);
    return found != json_.end() && !found->is_null();
  }

  /// A number for which missing and null are two different things.
  double number(std::string_view field, double if_missing, double if_null) {
    const double otherwise = json_.contains(field) ? if_null : if_missing;
    return optional<double>(field).value_or(otherwise);
  }

  /// A positive whole number.
  Index size(std::string_view field) { return checked_size(required<std::int64_t>(field), field); }
  Index size(std::string_view field, Index otherwise) {
    return checked_size(optional<std::int64_t>(field).value_or(otherwise), field);
  }

  /// A positive whole number under the first of these names that is there.
  Index size_of(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      if (has(name)) {
        ignore(names);
        return size(name);
      }
    return size(*names.begin());
  }

  /// An array of numbers or strings that may be missing or null: empty then.
  template <class T>
  std::vector<T> list(std::string_view field) {
    read_.emplace(field);
    std::vector<T> values;
    const auto found = json_.find(field);
    if (found == json_.end() || found->is_null()) return values;
    if (!found->is_array()) throw error(where_, ": \"", field, "\" is ", shortened(found->dump()), ", not an array");
    for (const nlohmann::json& value : *found) values.push_back(converted<T>(value, field));
    return values;
  }

  /// Fields of a family that say nothing about the computation, or nothing beyond what other fields say.
  void ignore(std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields) read_.emplace(field);
  }

  /// A part of the configuration that is an object of its own, read with the same care; nothing where it is missing or
  /// null.
  std::optional<ConfigReader> object(std::string_view field) {
    read_.emplace(field);
    const auto found = json_.find(field);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    return ConfigReader(*found, where_ + ": \"" + std::string(field) + "\"");
  }

  /// Refuses the field unless it is missing, null or has the one value that is computed here.
  template <class T>
  void only(std::string_view field, const T& value) {
    const auto given = optional<T>(field);
    if (given && *given != value)
      throw error(where_, ": \"", field, "\" is ", json_.find(field)->dump(), "; only ", nlohmann::json(value).dump(),
                  " is supported");
  }

  /// Throws Error naming a field that nobody read, unless it says nothing about the computation.
  void refuse_unread() const {
    for (const auto& [field, value] : json_.items())
      if (!value.is_null() && !read_.contains(field) && !says_nothing(field))
        throw error(where_, ": \"", field, "\": ", shortened(value.dump()), " is not supported by this model family");
  }

 private:
  /// About training, generation, storage or bookkeeping; never about what a forward pass computes.
  static bool says_nothing(std::string_view field) {
    // clang-format off
    static constexpr std::array fields = std::to_array<std::string_view>({
        "_attn_implementation_autoset", "_flash_attn_2_enabled", "_name_or_path", "add_cross_attention", "architectures",
        "auto_map", "bos_token_id", "cache_implementation", "chunk_size_feed_forward", "classifier_activation_type",
        "decoder_start_token_id", "directionality", "dtype", "eos_token_id", "finetuning_task", "forced_eos_token_id",
        "gradient_checkpointing", "id2label", "init_std", "initializer_cutoff_factor", "initializer_factor",
        "initializer_range", "is_decoder", "is_encoder_decoder", "is_llama_config", "label2id", "language", "mask_token_id",
        "model_type", "name", "output_attentions", "output_hidden_states", "output_past", "output_router_logits",
        "pad_token_id", "prefix", "pretraining_tp", "problem_type", "return_dict", "rope_interleaved",
        "router_aux_loss_coef", "seq_length", "sep_token_id", "cls_token_id", "task_specific_params", "tokenizer_class",
        "torch_dtype", "torchscript", "transformers.js_config", "transformers_version", "unk_token_id",
        "unsloth_fixed", "unsloth_version", "use_cache"});
    // clang-format on
    const bool for_training = field.ends_with("dropout") || field.ends_with("dropout_prob") ||
                              field.ends_with("_pdrop") || field.ends_with("layerdrop") ||
                              field.starts_with("summary_") || field.starts_with("pooler_") ||
                              field.starts_with("classifier_");
    return for_training || std::find(fields.begin(), fields.end(), field) != fields.end();
  }

  static std::string shortened(std::string text) { return text.size() > 60 ? text.substr(0, 60) + "..." : text; }

  template <class T>
  T converted(const nlohmann::json& value, std::string_view field) const {
    const bool fits = std::is_same_v<T, bool>          ? value.is_boolean()
                      : std::is_same_v<T, std::string> ? value.is_string()
                      : std::is_integral_v<T>          ? value.is_number_integer()
                      : std::is_floating_point_v<T>    ? value.is_number()
                                                       : false;
    if (!fits)
      throw error(where_, ": \"", field, "\" is ", shortened(value.dump()), ", which is not of the right kind");
    return value.get<T>();
  }

  Index checked_size(std::int64_t value, std::string_view field) const {
    if (value <= 0 || value > (std::int64_t{1} << 31))
      throw error(where_, ": \"", field, "\" is ", value, ", which is not a size");
    return value;
  }

  nlohmann::json json_;
  std::string where_;
  std::set<std::string, std::less<>> read_;
};

}  // namespace neuroglot
