/// Unigram language model (Kudo 2018): of all ways to cut a word into pieces the one whose scores sum up highest, found
/// with Viterbi's algorithm (1967). A character without a piece costs ten more than the worst piece; such characters in
/// a row are one unknown token, or bytes where the vocabulary has them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/byte_pieces.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/piece_trie.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/vocabulary.hpp"
#include "neuroglot/text/word_cache.hpp"

namespace neuroglot {

struct UnigramOptions {
  TokenId unknown = -1;        ///< -1: there is none, and a character without a piece is an Error
  bool byte_fallback = false;  ///< unknown characters become the pieces of their bytes, <0xE2>
};

class Unigram {
 public:
  static constexpr std::string_view kind = "Unigram";

  /// The best way to cut the word up to some byte: its last piece, and where that begins.
  struct Step {
    double score = 0;
    TokenId id = -1;
    std::size_t begin = 0;
    bool reached = false;
  };
  /// Memory that one encoding needs at a time, kept from text to text.
  struct Memory {
    WordCache cache;
    std::vector<Step> best;  // for each byte that a piece may end before
    std::vector<Step> path;  // the pieces of the word, the last first
    std::vector<TokenId> ids;
  };

  /// scores: of each id, logarithms of probabilities. Throws Error where their numbers differ or the unknown token is
  /// out of range.
  Unigram(Vocabulary vocabulary, std::vector<double> scores, const UnigramOptions& options);

  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// Calls put(id, begin, end) for each token of the word, in order, with the bytes of the word it stands for. Throws
  /// Error for a character without a piece where there is no unknown token.
  template <class Put>
  void tokenize(std::string_view word, Memory& memory, Put&& put) const {
    const WordCache::Place place = memory.cache.place(word);
    if (const std::span<const TokenId> ids = memory.cache.find(place, word); !ids.empty()) {
      std::size_t begin = 0;
      for (const TokenId id : ids) {
        const std::size_t end = begin + vocabulary_.piece(id).size();
        put(id, begin, end);
        begin = end;
      }
      return;
    }
    find_path(word, memory);
    memory.ids.clear();
    bool all_known = true;
    for (std::size_t i = memory.path.size(); i-- > 0;) {
      const Step& step = memory.path[i];
      const std::size_t begin = step.begin;
      const std::size_t end = i == 0 ? word.size() : memory.path[i - 1].begin;
      if (step.id != options_.unknown) {
        put(step.id, begin, end);
        memory.ids.push_back(step.id);
        continue;
      }
      all_known = false;
      put_unknown(word, begin, end, put);
    }
    if (all_known) memory.cache.put(place, word, memory.ids);
  }

 private:
  // Unknown characters in a row, which together may be a piece after all.
  template <class Put>
  void put_unknown(std::string_view word, std::size_t begin, std::size_t end, Put& put) const {
    const std::string_view text = word.substr(begin, end - begin);
    const TokenId whole = vocabulary_.id(text);
    if (whole < 0 && options_.byte_fallback && bytes_.has_all(text)) {
      for (const char byte : text) put(bytes_.id(byte), begin, end);
      return;
    }
    put(whole < 0 ? options_.unknown : whole, begin, end);
  }

  void find_path(std::string_view word, Memory& memory) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  UnigramOptions options_;
  PieceTrie trie_;
  BytePieces bytes_;
  double unknown_score_ = 0;
};

inline Unigram::Unigram(Vocabulary vocabulary, std::vector<double> scores, const UnigramOptions& options)
    : vocabulary_(std::move(vocabulary)), scores_(std::move(scores)), options_(options), bytes_(vocabulary_) {
  constexpr double penalty = 10;  // SentencePiece, unigram_model.cc
  if (scores_.size() != static_cast<std::size_t>(vocabulary_.size()))
    throw error("there are ", vocabulary_.size(), " pieces and ", scores_.size(), " scores");
  if (options_.unknown >= vocabulary_.size())
    throw error("the unk_id ", options_.unknown, " is not in the vocabulary of ", vocabulary_.size(), " pieces");
  std::vector<std::pair<std::string_view, TokenId>> pieces;
  double lowest = std::numeric_limits<double>::infinity();
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    pieces.emplace_back(vocabulary_.piece(id), id);
    lowest = std::min(lowest, scores_[static_cast<std::size_t>(id)]);
  }
  trie_ = PieceTrie(std::move(pieces));
  unknown_score_ = lowest - penalty;
}

inline void Unigram::find_path(std::string_view word, Memory& memory) const {
  auto& best = memory.best;
  best.assign(word.size() + 1, Step());
  for (std::size_t at = 0; at < word.size();) {
    const double so_far = best[at].score;
    const auto offer = [&](std::size_t bytes, TokenId id, double score) {
      Step& step = best[at + bytes];
      if (!step.reached || score + so_far > step.score) step = {score + so_far, id, at, true};
    };
    const std::size_t character = utf8_length(word[at]);
    bool has_character = false;
    trie_.for_each_prefix(word.substr(at), [&](std::size_t bytes, TokenId id) {
      has_character = has_character || bytes == character;
      offer(bytes, id, scores_[static_cast<std::size_t>(id)]);
    });
    if (!has_character) {
      if (options_.unknown < 0)
        throw error("the vocabulary has no piece for ", detail::quoted(word.substr(at, character)),
                    " and no unknown token");
      offer(character, options_.unknown, unknown_score_);
    }
    at += character;
  }
  memory.path.clear();
  for (std::size_t end = word.size(); end > 0; end = best[end].begin) {
    const Step& step = best[end];
    const bool fuses = step.id == options_.unknown && !memory.path.empty() && memory.path.back().id == step.id;
    if (fuses)
      memory.path.back().begin = step.begin;
    else
      memory.path.push_back(step);
  }
}

namespace detail {

/// `model`: tokenizer.json's "model", of type Unigram: "vocab" is a list of ["piece", score].
inline Unigram read_unigram(const JsonNode& model) {
  model.allow_only({"type", "unk_id", "vocab", "byte_fallback"});
  const JsonNode list = model.at("vocab");
  Vocabulary vocabulary;
  std::vector<double> scores;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const nlohmann::json& entry = list.value()[i];
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number() ||
        i >= static_cast<std::size_t>(largest_vocabulary))
      throw list.at(i).fault("a piece and its score expected");
    vocabulary.add(entry[0].get<std::string>(), static_cast<TokenId>(i));
    scores.push_back(entry[1].get<double>());
  }
  UnigramOptions options{-1, model.boolean("byte_fallback", false)};
  if (const auto unknown = model.find("unk_id")) options.unknown = unknown->integer(largest_vocabulary);
  try {
    return Unigram(std::move(vocabulary), std::move(scores), options);
  } catch (const Error& failure) {
    throw model.fault(failure.what());
  }
}

}  // namespace detail
}  // namespace neuroglot
