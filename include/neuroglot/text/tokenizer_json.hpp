/// Reads Hugging Face's tokenizer.json. What this library does not know is refused by name, never passed over.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/text/byte_bpe.hpp"
#include "neuroglot/text/character_bpe.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/tokenizer_pipeline.hpp"
#include "neuroglot/text/unigram.hpp"
#include "neuroglot/text/word_piece.hpp"

namespace neuroglot {

namespace detail {

// Files before tokenizers 0.9 do not say the model's type; Hugging Face tells it from the members.
inline std::string model_type(const JsonNode& model) {
  if (const auto type = model.find("type")) return type->string();
  if (model.find("merges")) return "BPE";
  if (model.find("max_input_chars_per_word")) return "WordPiece";
  if (model.find("unk_id")) return "Unigram";
  throw model.fault("\"type\" is missing");
}

// The parts that every model has; `bos` is the BOS token's name where tokenizer_config.json says it.
template <class Model>
std::unique_ptr<Tokenizer> assemble(const JsonNode& file, Model model, const std::optional<std::string>& bos,
                                    std::string source) {
  Normalizer normalizer = read_normalizer(file);
  AddedTokens added(read_added_tokens(file, model.vocabulary()), normalizer);
  const TokenId vocab_size = std::max(model.vocabulary().size(), added.names().size());
  TokenizerParts<Model> parts{std::move(added),
                              std::move(normalizer),
                              read_pre_tokenizer(file),
                              std::move(model),
                              read_post_processor(file, vocab_size),
                              read_decoder(file),
                              -1,
                              std::move(source)};
  if (bos) {
    parts.bos = parts.id(*bos);
    if (parts.bos < 0)
      throw file.fault("the bos_token ", quoted(*bos), " of tokenizer_config.json is not in the vocabulary");
  } else if (!parts.post_processor.before.empty()) {
    parts.bos = parts.post_processor.before.front();
  }
  return std::make_unique<TokenizerPipeline<Model>>(std::move(parts));
}

}  // namespace detail

/// `json`: the text of the file; `file` names it in errors; `source` is what description() says of it; `bos` the BOS
/// token's name where tokenizer_config.json gives one. "truncation" and "padding" are not applied: Hugging Face's
/// transformers switches them off too unless a call asks for them.
inline std::unique_ptr<Tokenizer> read_tokenizer_json(std::string_view json, const std::string& file,
                                                      std::string source,
                                                      const std::optional<std::string>& bos = std::nullopt) {
  const nlohmann::json document = detail::parse_json_file(json, file);
  const detail::JsonNode root(document, file);
  root.allow_only({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
                   "decoder", "model"});
  if (const auto format = root.find("version"); format && format->string() != "1.0")
    throw root.unsupported("version", format->string(), "1.0");
  const detail::JsonNode model = root.at("model");
  const std::string type = detail::model_type(model);
  const auto assembled = [&](auto read) { return detail::assemble(root, std::move(read), bos, std::move(source)); };
  if (type == "WordPiece") return assembled(detail::read_word_piece(model));
  if (type == "Unigram") return assembled(detail::read_unigram(model));
  if (type != "BPE") throw model.unsupported("model", type, "BPE, Unigram, WordPiece");
  if (detail::read_pre_tokenizer(root).byte_level()) return assembled(detail::read_byte_bpe(model));
  return assembled(detail::read_character_bpe(model));
}

}  // namespace neuroglot
