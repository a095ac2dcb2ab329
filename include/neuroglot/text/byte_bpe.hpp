/// Byte-level BPE (GPT-2, Radford et al. 2019; Llama 3, Qwen, SmolLM, BLOOM, ...): merges over the bytes of a word.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/text/bpe_merges.hpp"
#include "neuroglot/text/byte_alphabet.hpp"
#include "neuroglot/text/json_node.hpp"
#include "neuroglot/text/merges.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/vocabulary.hpp"
#include "neuroglot/text/word_cache.hpp"

namespace neuroglot {

/// Words come as bytes. A byte that the vocabulary lacks gives no token (SmolLM2's lacks six control characters), and
/// the tokens after it in the word stand that much further left, both as in Hugging Face's tokenizers.
class ByteBpe {
 public:
  static constexpr std::string_view kind = "byte-level BPE";

  /// Memory that one encoding needs at a time, kept from text to text.
  struct Memory {
    WordCache cache;
    MergeMemory merging;
    std::vector<TokenId> ids;
  };

  /// merges: pairs of pieces that join, the first the strongest. `whole_words`: a word that is a piece is that piece,
  /// even where the merges would not lead there ("ignore_merges", Llama 3).
  ByteBpe(Vocabulary vocabulary, const PieceMerges& merges, bool whole_words);

  const Vocabulary& vocabulary() const { return vocabulary_; }

  /// Whether every byte that occurs in UTF-8 has a piece.
  bool knows_all_bytes() const { return !lacks_bytes_; }

  /// Calls put(id, begin, end) for each token of the word, in order, with the bytes of the word it stands for.
  template <class Put>
  void tokenize(std::string_view word, Memory& memory, Put&& put) const {
    const WordCache::Place place = memory.cache.place(word);
    std::span<const TokenId> ids = memory.cache.find(place, word);
    if (ids.empty()) {
      ids = merge(word, memory);
      memory.cache.put(place, word, ids);
    }
    if (lacks_bytes_) return put_known(word, ids, put);
    std::size_t begin = 0;
    for (const TokenId id : ids) {
      const std::size_t end = begin + bytes_[static_cast<std::size_t>(id)];
      put(id, begin, end);
      begin = end;
    }
  }

 private:
  bool is_unknown(char byte) const { return byte_ids_[static_cast<unsigned char>(byte)] < 0; }
  // The same where some bytes may have become nothing: a token ends after as many known bytes as it has.
  template <class Put>
  void put_known(std::string_view word, std::span<const TokenId> ids, Put& put) const {
    std::size_t end = 0;
    for (const TokenId id : ids) {
      if (ids.size() == 1) return put(id, 0, word.size());
      std::size_t begin = end;
      while (is_unknown(word[begin])) ++begin;
      end = begin;
      for (std::size_t left = bytes_[static_cast<std::size_t>(id)]; left > 0; ++end)
        if (!is_unknown(word[end])) --left;
      put(id, begin, end);
    }
  }

  std::span<const TokenId> merge(std::string_view word, Memory& memory) const {
    std::vector<TokenId>& ids = memory.ids;
    ids.clear();
    const TokenId whole = detail::id_in(words_, word);
    if (whole >= 0) {
      ids.push_back(whole);
      return ids;
    }
    for (const char byte : word)
      if (const TokenId id = byte_ids_[static_cast<unsigned char>(byte)]; id >= 0) ids.push_back(id);
    apply_merges(table_, ids, memory.merging);
    return ids;
  }

  Vocabulary vocabulary_;
  MergeTable table_;
  std::array<TokenId, 256> byte_ids_{};
  bool lacks_bytes_ = false;
  std::vector<std::uint32_t> bytes_;  // of each id
  detail::IdMap words_;               // bytes to ids, only where whole words come first
};

inline ByteBpe::ByteBpe(Vocabulary vocabulary, const PieceMerges& merges, bool whole_words)
    : vocabulary_(std::move(vocabulary)), table_(make_merge_table(merges, vocabulary_)) {
  for (TokenId id = 0; id < vocabulary_.size(); ++id) {
    const auto bytes = bytes_of_spelling(vocabulary_.piece(id));
    bytes_.push_back(bytes ? static_cast<std::uint32_t>(bytes->size()) : 0);
    if (whole_words && bytes && !bytes->empty()) words_.emplace(*bytes, id);
  }
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const char one = static_cast<char>(byte);
    byte_ids_[byte] = vocabulary_.id(spell_bytes({&one, 1}));
    if (byte_ids_[byte] < 0 && byte < 0xf5 && byte != 0xc0 && byte != 0xc1) lacks_bytes_ = true;
  }
}

namespace detail {

/// `model`: tokenizer.json's "model", of type BPE.
inline ByteBpe read_byte_bpe(const JsonNode& model) {
  allow_bpe_options_only(model);
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"})
    refuse_unless_neutral(model, key, ByteBpe::kind);
  try {
    ByteBpe bpe(read_vocabulary(model.at("vocab")), read_merges(model), model.boolean("ignore_merges", false));
    if (!bpe.knows_all_bytes()) refuse_unless_neutral(model, "unk_token", ByteBpe::kind);
    return bpe;
  } catch (const Error& failure) {
    throw model.fault(failure.what());
  }
}

}  // namespace detail
}  // namespace neuroglot
