/// Opens the tokenizer of a Hugging Face model folder: tokenizer.json where there is one, else tokenizer.model.
#pragma once

#include <xxhash.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/sentencepiece.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/tokenizer_json.hpp"

namespace neuroglot {

namespace detail {

inline std::string read_text_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in) throw error(path.string(), ": could not be read");
  return text;
}

/// "tokenizer.json xxh3-128:" and 32 hexadecimal digits, as `xxh128sum` prints them.
inline std::string named_hash(const std::string& name, std::string_view contents) {
  XXH128_canonical_t digest;
  XXH128_canonicalFromHash(&digest, XXH3_128bits(contents.data(), contents.size()));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = name + " xxh3-128:";
  for (const unsigned char byte : digest.digest) (out += digits[byte >> 4]) += digits[byte & 15];
  return out;
}

/// A token as tokenizer_config.json has it: "<s>" or {"content": "<s>", ...}.
inline std::optional<std::string> read_token_name(const JsonNode& config, const std::string& key) {
  const auto node = config.find(key);
  if (!node) return std::nullopt;
  return node->is_string() ? node->string() : node->at("content").string();
}

// {"32000": {"content": "<pad>", "special": true, ...}, ...}
inline std::vector<AddedToken> read_added_tokens_decoder(const JsonNode& config) {
  std::vector<AddedToken> tokens;
  const auto table = config.find("added_tokens_decoder");
  if (!table) return tokens;
  if (!table->is_object()) throw table->fault("an object of ids and tokens expected");
  for (const auto& [key, value] : table->value().items()) {
    const JsonNode node = table->at(key);
    TokenId id = -1;
    const auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (failure != std::errc() || end != key.data() + key.size() || id < 0 || id >= largest_vocabulary)
      throw table->fault("the key ", quoted(key), " is not an id");
    tokens.push_back({id, node.at("content").string(), node.boolean("single_word", false),
                      node.boolean("lstrip", false), node.boolean("rstrip", false), false,
                      node.boolean("special", false)});
  }
  return tokens;
}

inline std::unique_ptr<Tokenizer> load_sentencepiece(const std::filesystem::path& path, const JsonNode& config) {
  if (const auto name = read_token_name(config, "tokenizer_class"); name && !name->starts_with("LlamaTokenizer"))
    throw config.unsupported("tokenizer_class", *name, "LlamaTokenizer for a folder with tokenizer.model alone");
  const std::string model = read_text_file(path);
  return std::make_unique<SentencePieceTokenizer>(
      model, path.string(), named_hash("tokenizer.model", model),
      SentencePieceOptions{config.boolean("add_bos_token", true), config.boolean("add_eos_token", false),
                           config.boolean("legacy", true), read_token_name(config, "bos_token"),
                           read_added_tokens_decoder(config)});
}

}  // namespace detail

/// Throws Error where the folder has neither file, or a file holds what this library does not support.
inline std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder) {
  const std::filesystem::path json = folder / "tokenizer.json", model = folder / "tokenizer.model",
                              settings = folder / "tokenizer_config.json";
  const bool has_settings = std::filesystem::exists(settings);
  const nlohmann::json document = has_settings
                                      ? detail::parse_json_file(detail::read_text_file(settings), settings.string())
                                      : nlohmann::json::object();
  const detail::JsonNode config(document, settings.string());
  if (std::filesystem::exists(json)) {
    const std::string text = detail::read_text_file(json);
    return read_tokenizer_json(text, json.string(), detail::named_hash("tokenizer.json", text),
                               detail::read_token_name(config, "bos_token"));
  }
  if (std::filesystem::exists(model)) return detail::load_sentencepiece(model, config);
  throw error(folder.string(), ": no tokenizer is there: looked for tokenizer.json and tokenizer.model");
}

}  // namespace neuroglot
