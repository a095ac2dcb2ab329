/// BERT's and DistilBERT's tokenizer from vocab.txt: a piece a line, its number the id.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/old_tokenizer.hpp"
#include "neuroglot/text/text_file.hpp"
#include "neuroglot/text/tokenizer_settings.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/word_piece.hpp"

namespace neuroglot::detail {

inline std::string_view without_trailing_white_space(std::string_view line) {
  while (!line.empty() && is_white_space(code_point_before(line, line.size()).value))
    line.remove_suffix(code_point_before(line, line.size()).bytes);
  return line;
}

/// A piece that stands on several lines has the last line's number, and the others' are nobody's.
inline Vocabulary read_vocab_txt(std::string_view text, const std::string& file) {
  require_utf8(text, file);
  std::map<std::string_view, std::size_t> ids;
  std::size_t lines = 0;
  for_each_line(text, [&](std::string_view line, std::size_t number) {
    ids.insert_or_assign(without_trailing_white_space(line), number);
    lines = number + 1;
  });
  if (lines == 0) throw error(file, ": no pieces are in it");
  if (lines >= static_cast<std::size_t>(largest_vocabulary)) throw error(file, ": too many lines");
  Vocabulary vocabulary;
  for (const auto& [piece, id] : ids) vocabulary.add(std::string(piece), static_cast<TokenId>(id));
  return vocabulary;
}

/// `settings`: do_lower_case, tokenize_chinese_chars, strip_accents as BertTokenizer has them; never_split and
/// do_basic_tokenize do nothing, as in transformers 5.
inline std::unique_ptr<Tokenizer> load_vocab_txt(const std::filesystem::path& path, const TokenizerSettings& settings) {
  const std::string text = read_text_file(path);
  const JsonNode config = settings.config();
  SpecialTokenTable special(settings, {"", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"});
  BertNormalizerOptions options;
  options.lowercase = config.boolean("do_lower_case", true);
  options.handle_chinese_chars = config.boolean("tokenize_chinese_chars", true);
  if (const auto strip = config.find("strip_accents")) options.strip_accents = strip->boolean();
  Normalizer normalizer = Normalizer::of(BertNormalizer(options));
  Vocabulary vocabulary = read_vocab_txt(text, path.string());
  AddedTokens added(special.placed(vocabulary), normalizer);
  TokenizerParts<WordPiece> parts{std::move(added),
                                  std::move(normalizer),
                                  PreTokenizer::of(BertSplit{}),
                                  WordPiece(std::move(vocabulary), {.unknown_token = special.name("unk_token")}),
                                  PostProcessor{},
                                  PieceDecoder::of(WordPieceDecoder{}),
                                  -1,
                                  named_hash("vocab.txt", text)};
  put_around(parts, special, "cls_token", "sep_token");
  return finish_old_tokenizer(std::move(parts), special);
}

}  // namespace neuroglot::detail
