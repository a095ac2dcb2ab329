/// Opens the tokenizer of a Hugging Face model folder: tokenizer.json where there is one, else the files that came
/// before it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/load_sentencepiece_model.hpp"
#include "neuroglot/text/load_vocab_json.hpp"
#include "neuroglot/text/load_vocab_txt.hpp"
#include "neuroglot/text/sentencepiece.hpp"
#include "neuroglot/text/text_file.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/tokenizer_json.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"

namespace neuroglot {

namespace detail {

/// The class that the settings name, which must be one of `known`; the first of these where they name none.
inline std::string known_class(const TokenizerSettings& settings, std::string_view file,
                               std::initializer_list<std::string_view> known) {
  std::string name = settings.tokenizer_class();
  if (name.empty()) return std::string(*known.begin());
  if (std::ranges::find(known, name) != known.end()) return name;
  std::string list;
  for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
  throw settings.config().unsupported("tokenizer_class", name, text_of(list, " for a folder with ", file, " alone"));
}

inline std::unique_ptr<Tokenizer> load_llama_model(const std::filesystem::path& path,
                                                   const TokenizerSettings& settings) {
  const std::string model = read_text_file(path);
  const JsonNode config = settings.config();
  const auto bos = settings.named_token("bos_token");
  return std::make_unique<SentencePieceTokenizer>(
      model, path.string(), named_hash("tokenizer.model", model),
      SentencePieceOptions{config.boolean("add_bos_token", true), config.boolean("add_eos_token", false),
                           config.boolean("legacy", true), bos ? std::optional(bos->content) : std::nullopt,
                           read_added_tokens_decoder(config)});
}

/// `file`: one of the files that folders without tokenizer.json have; it must be there.
inline std::unique_ptr<Tokenizer> load_old_file(const std::string& file, const TokenizerSettings& settings) {
  const std::filesystem::path path = settings.folder() / file;
  if (file == "tokenizer.model") {
    const std::string name = known_class(settings, file, {"LlamaTokenizer", "GemmaTokenizer"});
    return name == "LlamaTokenizer" ? load_llama_model(path, settings) : load_sentencepiece_model(path, settings, name);
  }
  if (file == "sentencepiece.bpe.model")
    return load_sentencepiece_model(path, settings, known_class(settings, file, {"XLMRobertaTokenizer"}));
  if (file == "spiece.model")
    return load_sentencepiece_model(path, settings, known_class(settings, file, {"AlbertTokenizer"}));
  if (file == "vocab.json")
    return load_vocab_json(path, settings, known_class(settings, file, {"GPT2Tokenizer", "RobertaTokenizer"}));
  known_class(settings, file, {"BertTokenizer", "DistilBertTokenizer"});
  return load_vocab_txt(path, settings);
}

/// Both files number the added tokens; where they disagree one of them is another model's, or was edited.
inline void require_added_tokens(const Tokenizer& tokenizer, const JsonNode& config) {
  const auto is_known = [&](const AddedToken& token) {
    try {
      return tokenizer.piece(token.id) == token.content;
    } catch (const Error&) {
      return false;
    }
  };
  for (const AddedToken& token : read_added_tokens_decoder(config))
    if (!is_known(token))
      throw config.fault("added_tokens_decoder: ", quoted(token.content), " has the id ", token.id,
                         ", but not in tokenizer.json");
}

}  // namespace detail

/// Throws Error where the folder has none of these files, or a file holds what this library does not support.
inline std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) throw error(folder.string(), ": is not a folder");
  const TokenizerSettings settings(folder);
  const std::filesystem::path json = folder / "tokenizer.json";
  if (std::filesystem::exists(json)) {
    const std::string text = detail::read_text_file(json);
    const auto bos = settings.config().find("bos_token");
    auto tokenizer = read_tokenizer_json(text, json.string(), detail::named_hash("tokenizer.json", text),
                                         bos ? std::optional(detail::read_named_token(*bos).content) : std::nullopt);
    detail::require_added_tokens(*tokenizer, settings.config());
    return tokenizer;
  }
  for (const char* file : {"tokenizer.model", "sentencepiece.bpe.model", "spiece.model", "vocab.txt", "vocab.json"})
    if (std::filesystem::exists(folder / file))
      return detail::naming_file(folder / file, [&] { return detail::load_old_file(file, settings); });
  throw error(folder.string(),
              ": no tokenizer is there: looked for tokenizer.json and tokenizer.model, sentencepiece.bpe.model, "
              "spiece.model, vocab.txt, vocab.json");
}

}  // namespace neuroglot
