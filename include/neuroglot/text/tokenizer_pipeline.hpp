/// A tokenizer.json put together: added tokens, normaliser, pre-tokenizer, model, post-processor and decoder.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/added_tokens.hpp"
#include "neuroglot/text/aligned_text.hpp"
#include "neuroglot/text/byte_alphabet.hpp"
#include "neuroglot/text/decoder.hpp"
#include "neuroglot/text/memory_pool.hpp"
#include "neuroglot/text/normalizer.hpp"
#include "neuroglot/text/post_processor.hpp"
#include "neuroglot/text/pre_tokenizer.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"
#include "neuroglot/text/vocabulary.hpp"

namespace neuroglot {

/// What a model of tokenizer.json gives: tokens of a word, put(id, begin, end) with the bytes of the word.
template <class Model>
concept TokenModel = requires(const Model& model, typename Model::Memory& memory, std::string_view word,
                              void (*put)(TokenId, std::size_t, std::size_t)) {
  { Model::kind } -> std::convertible_to<std::string_view>;
  { model.vocabulary() } -> std::same_as<const Vocabulary&>;
  model.tokenize(word, memory, put);
};

/// What a tokenizer is made of.
template <TokenModel Model>
struct TokenizerParts {
  AddedTokens added;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Model model;
  PostProcessor post_processor;
  PieceDecoder decoder;
  TokenId bos = -1;
  std::string source;  ///< for description(): the file and its hash

  /// The id of a token by name, -1 where there is none.
  TokenId id(std::string_view name) const {
    const TokenId token = added.names().id(name);
    return token >= 0 ? token : model.vocabulary().id(name);
  }
};

template <TokenModel Model>
class TokenizerPipeline final : public Tokenizer {
 public:
  explicit TokenizerPipeline(TokenizerParts<Model> parts) : parts_(std::move(parts)) {}

  Tokens encode(std::string_view text, SpecialTokens special) const override {
    require_utf8(text);
    const auto memory = memory_.borrow();
    Tokens tokens;
    if (special == SpecialTokens::added) put_special(parts_.post_processor.before, tokens);
    parts_.added.raw().for_each_part(text, [&](TextPart part) {
      const AlignedText raw(text.substr(part.bytes.begin, part.bytes.end - part.bytes.begin), part.bytes.begin);
      if (part.id >= 0)
        put(part.id, part.bytes, raw.text(), outer_spaces_of_text, text, tokens);
      else
        encode_part(parts_.normalizer(raw), text, *memory, tokens);
    });
    if (special == SpecialTokens::added) put_special(parts_.post_processor.after, tokens);
    return tokens;
  }

  std::string decode(std::span<const TokenId> ids, bool skip_special = false) const override {
    std::vector<std::string> pieces;
    pieces.reserve(ids.size());
    for (const TokenId id : ids) {
      const bool added = parts_.added.names().has(id);
      std::string name = added ? parts_.added.decoded().piece(id) : piece(id);
      if (skip_special && parts_.added.is_special(name)) continue;
      // An added token is text, whatever its letters mean in the byte alphabet.
      const bool as_text = added && parts_.decoder.reads_bytes();
      pieces.push_back(as_text ? spell_bytes(name) : std::move(name));
    }
    return parts_.decoder(std::move(pieces));
  }

  std::string piece(TokenId id) const override {
    for (const Vocabulary* names : {&parts_.added.names(), &parts_.model.vocabulary()})
      if (names->has(id)) return names->piece(id);
    throw error("there is no token ", id, ": the vocabulary has ids from 0 to ", vocab_size() - 1);
  }
  TokenId vocab_size() const override {
    return std::max(parts_.model.vocabulary().size(), parts_.added.names().size());
  }
  TokenId bos_id() const override { return parts_.bos; }
  std::string description() const override { return text_of(Model::kind, ", ", parts_.source); }

 private:
  // A part without added tokens of the input, normalised.
  void encode_part(const AlignedText& part, std::string_view input, typename Model::Memory& memory,
                   Tokens& tokens) const {
    if (parts_.added.normalized().empty()) return encode_words(part, input, memory, tokens);
    parts_.added.normalized().for_each_part(part.text(), [&](TextPart found) {
      const AlignedText slice = part.slice(found.bytes.begin, found.bytes.end);
      if (found.id < 0) return encode_words(slice, input, memory, tokens);
      put(found.id, part.span(found.bytes.begin, found.bytes.end), slice.text(), outer_spaces_of_text, input, tokens);
    });
  }

  void encode_words(const AlignedText& part, std::string_view input, typename Model::Memory& memory,
                    Tokens& tokens) const {
    const WordsOfText cut = parts_.pre_tokenizer(part);
    const std::string_view text = cut.text.text();
    const auto outer_spaces = parts_.pre_tokenizer.byte_level() ? outer_spaces_of_bytes : outer_spaces_of_text;
    for (const ByteSpan& word : cut.words)
      parts_.model.tokenize(
          text.substr(word.begin, word.end - word.begin), memory, [&](TokenId id, std::size_t begin, std::size_t end) {
            begin += word.begin;
            end += word.begin;
            put(id, cut.text.span(begin, end), text.substr(begin, end - begin), outer_spaces, input, tokens);
          });
  }

  // `spelled`: the token's normalised text, whose spaces `outer_spaces` counts.
  void put(TokenId id, ByteSpan span, std::string_view spelled, OuterSpaces (*outer_spaces)(std::string_view),
           std::string_view input, Tokens& tokens) const {
    if (parts_.post_processor.trims_spans)
      span = parts_.post_processor.trimming(span, input, outer_spaces(spelled), tokens.ids.empty());
    tokens.ids.push_back(id);
    tokens.spans.push_back(span);
  }

  static void put_special(const std::vector<TokenId>& ids, Tokens& tokens) {
    tokens.ids.insert(tokens.ids.end(), ids.begin(), ids.end());
    tokens.spans.resize(tokens.ids.size());
  }

  TokenizerParts<Model> parts_;
  detail::MemoryPool<typename Model::Memory> memory_;
};

}  // namespace neuroglot
