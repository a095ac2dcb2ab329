/// WordPiece (Schuster and Nakajima 2012, as in BERT): the longest piece that a word begins with, then the longest that
/// goes on ("##ing"), and so on; a word for which that fails is one unknown token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/piece_trie.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/vocabulary.hpp"
#include "neuroglot/text/word_cache.hpp"

namespace neuroglot {

struct WordPieceOptions {
  std::string unknown_token = "[UNK]";
  std::string continuing_prefix = "##";
  std::size_t longest_word = 100;  ///< in characters; a longer one is unknown
};

class WordPiece {
 public:
  static constexpr std::string_view kind = "WordPiece";

  /// Memory that one encoding needs at a time, kept from text to text.
  struct Memory {
    WordCache cache;
    std::vector<TokenId> ids;
  };

  /// Throws Error where the vocabulary lacks the unknown token.
  explicit WordPiece(Vocabulary vocabulary, const WordPieceOptions& options = {});

  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// Calls put(id, begin, end) for each token of the word, in order, with the bytes of the word it stands for.
  template <class Put>
  void tokenize(std::string_view word, Memory& memory, Put&& put) const {
    const WordCache::Place place = memory.cache.place(word);
    std::span<const TokenId> ids = memory.cache.find(place, word);
    if (ids.empty()) {
      find_pieces(word, memory.ids);
      ids = memory.ids;
      memory.cache.put(place, word, ids);
    }
    if (ids.size() == 1) return put(ids[0], 0, word.size());  // perhaps unknown: it has no length of its own
    std::size_t begin = 0;
    for (const TokenId id : ids) {
      const std::size_t end = begin + bytes_[static_cast<std::size_t>(id)] - (begin > 0 ? prefix_bytes_ : 0);
      put(id, begin, end);
      begin = end;
    }
  }

 private:
  void find_pieces(std::string_view word, std::vector<TokenId>& ids) const {
    ids.clear();
    std::size_t characters = 0;
    for (const char byte : word) characters += is_continuation(byte) ? 0 : 1;
    for (std::size_t at = 0; at < word.size() && characters <= longest_word_;) {
      std::size_t longest = 0;
      TokenId best = -1;
      (at == 0 ? starts_ : continuations_).for_each_prefix(word.substr(at), [&](std::size_t bytes, TokenId id) {
        longest = bytes;
        best = id;
      });
      if (best < 0) break;
      ids.push_back(best);
      at += longest;
      if (at == word.size()) return;
    }
    ids.assign(1, unknown_);
  }

  Vocabulary vocabulary_;
  PieceTrie starts_;
  PieceTrie continuations_;           // without the prefix
  std::vector<std::uint32_t> bytes_;  // of each piece, prefix included
  std::size_t prefix_bytes_;
  std::size_t longest_word_;
  TokenId unknown_;
};

inline WordPiece::WordPiece(Vocabulary vocabulary, const WordPieceOptions& options)
    : vocabulary_(std::move(vocabulary)),
      prefix_bytes_(options.continuing_prefix.size()),
      longest_word_(options.longest_word),
      unknown_(vocabulary_.id(options.unknown_token)) {
  if (unknown_ < 0) throw error("the unk_token ", detail::quoted(options.unknown_token), " is not in the vocabulary");
  std::vector<std::pair<std::string_view, TokenId>> starts, continuations;
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    const std::string_view piece = vocabulary_.piece(id);
    bytes_.push_back(static_cast<std::uint32_t>(piece.size()));
    if (vocabulary_.id(piece) != id) continue;
    starts.emplace_back(piece, id);
    if (piece.starts_with(options.continuing_prefix)) continuations.emplace_back(piece.substr(prefix_bytes_), id);
  }
  starts_ = PieceTrie(std::move(starts));
  continuations_ = PieceTrie(std::move(continuations));
}

namespace detail {

/// `model`: tokenizer.json's "model", of type WordPiece.
inline WordPiece read_word_piece(const JsonNode& model) {
  model.allow_only({"type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab"});
  WordPieceOptions options;
  if (const auto token = model.find("unk_token")) options.unknown_token = token->string();
  if (const auto prefix = model.find("continuing_subword_prefix")) options.continuing_prefix = prefix->string();
  if (const auto longest = model.find("max_input_chars_per_word"))
    options.longest_word = static_cast<std::size_t>(longest->integer(std::numeric_limits<std::int32_t>::max()));
  try {
    return WordPiece(read_vocabulary(model.at("vocab")), options);
  } catch (const Error& failure) {
    throw model.fault(failure.what());
  }
}

}  // namespace detail
}  // namespace neuroglot
