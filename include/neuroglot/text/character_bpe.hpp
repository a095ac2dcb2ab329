/// BPE whose words are characters (SentencePiece's, as Llama 2, Mistral and Gemma have it): merges over the characters
/// of a word; those without a piece become bytes or the unknown token.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/bpe_merges.hpp"
#include "neuroglot/text/byte_pieces.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/merges.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/vocabulary.hpp"
#include "neuroglot/text/word_cache.hpp"

namespace neuroglot {

struct CharacterBpeOptions {
  std::optional<std::string> unknown_token =
      std::nullopt;            ///< without one, a character that has no piece gives no token
  bool fuse_unknown = false;   ///< unknown characters in a row are one token
  bool byte_fallback = false;  ///< unknown characters become the pieces of their bytes, <0xE2>
  bool whole_words = false;    ///< a word that is a piece is that piece, whatever the merges say
};

class CharacterBpe {
 public:
  static constexpr std::string_view kind = "BPE";

  struct Symbol {
    TokenId id;
    std::size_t bytes;
  };
  /// Memory that one encoding needs at a time, kept from text to text.
  struct Memory {
    WordCache cache;
    MergeMemory merging;
    std::vector<Symbol> symbols;  // before merging
    std::vector<TokenId> ids;
  };

  /// Throws Error where a piece of a merge or the unknown token is not in the vocabulary.
  CharacterBpe(Vocabulary vocabulary, const PieceMerges& merges, const CharacterBpeOptions& options);

  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// Calls put(id, begin, end) for each token of the word, in order, with the bytes of the word it stands for. Where a
  /// character gave no token those after it stand that much further left, as in Hugging Face's tokenizers.
  template <class Put>
  void tokenize(std::string_view word, Memory& memory, Put&& put) const {
    const TokenId whole = options_.whole_words ? vocabulary_.id(word) : -1;
    if (whole >= 0) return put(whole, 0, word.size());
    for (std::size_t begin = 0, end = 0, shift = 0; begin < word.size(); begin = end) {
      end = part_end(word, begin);
      std::size_t at = begin - shift;
      tokenize_part(word.substr(begin, end - begin), memory, [&](TokenId id, std::size_t bytes) {
        put(id, at, at + bytes);
        at += bytes;
      });
      shift = end - at;
    }
  }

 private:
  // Where no merge joins anything to a visible space after it, a text can be merged in parts that begin with spaces:
  // short ones, which repeat.
  std::size_t part_end(std::string_view word, std::size_t begin) const {
    if (!parts_at_spaces_) return word.size();
    while (word.substr(begin).starts_with(visible_space)) begin += visible_space.size();
    return std::min(word.find(visible_space, begin), word.size());
  }

  template <class Put>
  void tokenize_part(std::string_view part, Memory& memory, Put&& put) const {
    const WordCache::Place place = memory.cache.place(part);
    if (const std::span<const TokenId> ids = memory.cache.find(place, part); !ids.empty()) {
      for (const TokenId id : ids) put(id, bytes_[static_cast<std::size_t>(id)]);
      return;
    }
    const bool all_known = find_symbols(part, memory.symbols);
    memory.ids.clear();
    for (const Symbol& symbol : memory.symbols) memory.ids.push_back(symbol.id);
    apply_merges(table_, memory.ids, memory.merging);
    if (all_known) memory.cache.put(place, part, memory.ids);
    std::size_t next = 0;  // of the symbols
    for (const TokenId id : memory.ids) {
      std::size_t bytes = memory.symbols[next].bytes;
      const bool merged = memory.symbols[next++].id != id;
      for (const std::size_t all = bytes_[static_cast<std::size_t>(id)];
           merged && bytes < all && next < memory.symbols.size();)
        bytes += memory.symbols[next++].bytes;
      put(id, bytes);
    }
  }

  bool find_symbols(std::string_view part, std::vector<Symbol>& symbols) const;
  bool put_byte_symbols(std::string_view character, std::vector<Symbol>& symbols) const;
  TokenId character_id(std::string_view character) const {
    const char32_t value = code_point_at(character, 0).value;
    return value < characters_.size() ? characters_[value] : vocabulary_.id(character);
  }

  static constexpr std::string_view visible_space = "\xe2\x96\x81";

  Vocabulary vocabulary_;
  CharacterBpeOptions options_;
  MergeTable table_;
  BytePieces byte_pieces_;
  TokenId unknown_ = -1;
  bool parts_at_spaces_;
  std::vector<TokenId> characters_;   // ids of the characters below U+10000
  std::vector<std::uint32_t> bytes_;  // of each piece; byte pieces stand for one
};

inline CharacterBpe::CharacterBpe(Vocabulary vocabulary, const PieceMerges& merges, const CharacterBpeOptions& options)
    : vocabulary_(std::move(vocabulary)),
      options_(options),
      table_(make_merge_table(merges, vocabulary_)),
      byte_pieces_(vocabulary_),
      parts_at_spaces_(vocabulary_.id(visible_space) >= 0),
      characters_(0x10000, -1) {
  if (options_.unknown_token) {
    unknown_ = vocabulary_.id(*options_.unknown_token);
    if (unknown_ < 0)
      throw error("the unk_token ", detail::quoted(*options_.unknown_token), " is not in the vocabulary");
  }
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    const std::string& piece = vocabulary_.piece(id);
    bytes_.push_back(byte_of_piece(piece) ? 1 : static_cast<std::uint32_t>(piece.size()));
    if (piece.empty() || utf8_length(piece[0]) != piece.size()) continue;
    const char32_t value = code_point_at(piece, 0).value;
    if (value < characters_.size()) characters_[value] = vocabulary_.id(piece);
  }
  for (const auto& [left, right] : merges) {
    const auto bytes = [&](const std::string& piece) -> std::uint32_t& {
      return bytes_[static_cast<std::size_t>(vocabulary_.id(piece))];
    };
    bytes(left + right) = bytes(left) + bytes(right);
    if (right.starts_with(visible_space) && !left.ends_with(visible_space)) parts_at_spaces_ = false;
  }
}

// Whether every character has a piece, or bytes. Unknown characters wait for the next that is known by itself, as in
// Hugging Face: bytes overtake them.
inline bool CharacterBpe::find_symbols(std::string_view part, std::vector<Symbol>& symbols) const {
  symbols.clear();
  std::size_t waiting = 0;  // bytes of unknown characters
  bool all_known = true;
  const auto put_waiting = [&] {
    if (waiting > 0) symbols.push_back({unknown_, waiting});
    waiting = 0;
  };
  for (std::size_t at = 0, length = 0; at < part.size(); at += length) {
    length = utf8_length(part[at]);
    const std::string_view character = part.substr(at, length);
    if (const TokenId id = character_id(character); id >= 0) {
      put_waiting();
      symbols.push_back({id, length});
      continue;
    }
    if (options_.byte_fallback && put_byte_symbols(character, symbols)) continue;
    all_known = false;
    if (unknown_ < 0) continue;
    if (!options_.fuse_unknown) put_waiting();
    waiting += length;
  }
  put_waiting();
  return all_known;
}

inline bool CharacterBpe::put_byte_symbols(std::string_view character, std::vector<Symbol>& symbols) const {
  if (!byte_pieces_.has_all(character)) return false;
  for (const char byte : character) symbols.push_back({byte_pieces_.id(byte), 1});
  return true;
}

namespace detail {

/// `model`: tokenizer.json's "model", of type BPE.
inline CharacterBpe read_character_bpe(const JsonNode& model) {
  allow_bpe_options_only(model);
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"})
    refuse_unless_neutral(model, key, "BPE");
  CharacterBpeOptions options{std::nullopt, model.boolean("fuse_unk", false), model.boolean("byte_fallback", false),
                              model.boolean("ignore_merges", false)};
  if (const auto unknown = model.find("unk_token")) options.unknown_token = unknown->string();
  try {
    return CharacterBpe(read_vocabulary(model.at("vocab")), read_merges(model), options);
  } catch (const Error& failure) {
    throw model.fault(failure.what());
  }
}

}  // namespace detail
}  // namespace neuroglot
