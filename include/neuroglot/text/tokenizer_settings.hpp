/// What stands beside a tokenizer's vocabulary in a model folder: tokenizer_config.json, special_tokens_map.json,
/// added_tokens.json and config.json, each of which may be missing.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/added_tokens.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/text_file.hpp"

namespace neuroglot {

namespace detail {

/// A token as tokenizer_config.json has it: "<s>" or {"content": "<s>", ...}. A bare name is found in the text as it
/// is.
inline AddedToken read_named_token(const JsonNode& node) {
  if (node.is_string()) return {.content = node.string(), .normalized = false, .special = true};
  return {.content = node.at("content").string(),
          .single_word = node.boolean("single_word", false),
          .lstrip = node.boolean("lstrip", false),
          .rstrip = node.boolean("rstrip", false),
          .normalized = node.boolean("normalized", !node.boolean("special", false)),
          .special = true};
}

/// The id that a key of {"32000": ...} spells.
inline TokenId id_of_key(const JsonNode& table, const std::string& key) {
  TokenId id = -1;
  const auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (failure != std::errc() || end != key.data() + key.size() || id < 0 || id >= largest_vocabulary)
    throw table.fault("the key ", quoted(key), " is not an id");
  return id;
}

/// {"32000": {"content": "<pad>", "special": true, ...}, ...} in the order of the ids.
inline std::vector<AddedToken> read_added_tokens_decoder(const JsonNode& config) {
  std::vector<AddedToken> tokens;
  const auto table = config.find("added_tokens_decoder");
  if (!table) return tokens;
  if (!table->is_object()) throw table->fault("an object of ids and tokens expected");
  for (const auto& [key, value] : table->value().items()) {
    const JsonNode node = table->at(key);
    AddedToken token = read_named_token(node);
    token.id = id_of_key(*table, key);
    token.special = node.boolean("special", false);
    tokens.push_back(std::move(token));
  }
  std::ranges::sort(tokens, {}, &AddedToken::id);
  return tokens;
}

}  // namespace detail

/// The roles that tokenizer_config.json names tokens by, in the order in which Hugging Face adds them.
inline constexpr std::array<std::string_view, 7> token_roles{"bos_token", "eos_token", "unk_token", "sep_token",
                                                             "pad_token", "cls_token", "mask_token"};

class TokenizerSettings {
 public:
  explicit TokenizerSettings(const std::filesystem::path& folder)
      : folder_(folder),
        config_(read("tokenizer_config.json")),
        map_(read("special_tokens_map.json")),
        added_(read("added_tokens.json")),
        model_(read("config.json")) {}

  const std::filesystem::path& folder() const { return folder_; }
  detail::JsonNode config() const { return node(config_, "tokenizer_config.json"); }

  /// "BertTokenizer", "BertTokenizerFast" without its last word; where no class is named that of config.json's
  /// model_type, or "".
  std::string tokenizer_class() const;

  /// The token of a role, `otherwise` where the settings do not name one, nothing where they say null.
  std::optional<AddedToken> named_token(std::string_view role, std::string_view otherwise = "") const {
    const std::string key(role);
    const bool decoder = config_.contains("added_tokens_decoder");  // newer than special_tokens_map.json: that is stale
    if (!decoder && map_.contains(key)) return read_role(node(map_, "special_tokens_map.json"), key);
    if (config_.contains(key)) return read_role(config(), key);
    if (otherwise.empty()) return std::nullopt;
    return AddedToken{.content = std::string(otherwise), .normalized = false, .special = true};
  }

  /// Tokens that the settings give ids to, in the order of these.
  std::vector<AddedToken> numbered_tokens() const;

 private:
  nlohmann::json read(const std::string& name) const {
    if (!std::filesystem::exists(folder_ / name)) return nlohmann::json::object();
    nlohmann::json document =
        detail::parse_json_file(detail::read_text_file(folder_ / name), (folder_ / name).string());
    if (!document.is_object())
      throw error((folder_ / name).string(), ": an object expected, not ", document.type_name());
    return document;
  }
  detail::JsonNode node(const nlohmann::json& document, const std::string& name) const {
    return detail::JsonNode(document, (folder_ / name).string());
  }
  static std::optional<AddedToken> read_role(const detail::JsonNode& table, const std::string& key) {
    const auto token = table.find(key);
    return token ? std::optional(detail::read_named_token(*token)) : std::nullopt;
  }

  std::filesystem::path folder_;
  nlohmann::json config_, map_, added_, model_;
};

inline std::string TokenizerSettings::tokenizer_class() const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 15> classes{
      {{"albert", "AlbertTokenizer"},
       {"bert", "BertTokenizer"},
       {"distilbert", "BertTokenizer"},
       {"gemma", "GemmaTokenizer"},
       {"gemma2", "GemmaTokenizer"},
       {"gemma3", "GemmaTokenizer"},
       {"gemma3_text", "GemmaTokenizer"},
       {"gpt2", "GPT2Tokenizer"},
       {"llama", "LlamaTokenizer"},
       {"mistral", "LlamaTokenizer"},
       {"mixtral", "LlamaTokenizer"},
       {"opt", "GPT2Tokenizer"},
       {"phi3", "LlamaTokenizer"},
       {"roberta", "RobertaTokenizer"},
       {"xlm-roberta", "XLMRobertaTokenizer"}}};
  if (const auto name = config().find("tokenizer_class")) {
    const std::string& full = name->string();
    return full.ends_with("Fast") ? full.substr(0, full.size() - 4) : full;
  }
  const auto type = node(model_, "config.json").find("model_type");
  for (const auto& [model_type, name] : classes)
    if (type && type->is_string() && type->string() == model_type) return std::string(name);
  return "";
}

inline std::vector<AddedToken> TokenizerSettings::numbered_tokens() const {
  if (config_.contains("added_tokens_decoder")) return detail::read_added_tokens_decoder(config());
  std::vector<AddedToken> tokens;
  const detail::JsonNode table = node(added_, "added_tokens.json");
  for (const auto& entry : added_.items()) {
    const std::string& content = entry.key();
    const auto is_content = [&](std::string_view role) {
      const auto token = named_token(role);
      return token && token->content == content;
    };
    const bool special = std::ranges::any_of(token_roles, is_content);
    tokens.push_back({.id = table.at(content).integer(detail::largest_vocabulary),
                      .content = content,
                      .normalized = !special,
                      .special = special});
  }
  std::ranges::sort(tokens, {}, &AddedToken::id);
  return tokens;
}

}  // namespace neuroglot
