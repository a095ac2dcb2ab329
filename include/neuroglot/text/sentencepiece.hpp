/// SentencePiece models (Kudo and Richardson 2018) as LLaMA's tokenizer uses them: special tokens are found first, what
/// lies between them goes through libsentencepiece, and bytes stand in for characters outside the vocabulary.
#pragma once

#include <sentencepiece_processor.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/added_tokens.hpp"
#include "neuroglot/text/tokenizer.hpp"
#include "neuroglot/text/utf8.hpp"

namespace neuroglot {

/// What tokenizer_config.json says beside a tokenizer.model, with LLaMA's defaults.
struct SentencePieceOptions {
  bool add_bos_token = true;
  bool add_eos_token = false;
  bool legacy = true;  ///< a space is put before every part between special tokens, not just the first
  std::optional<std::string> bos_token;  ///< else the model's own
  std::vector<AddedToken> added_tokens;  ///< beside the model's <unk>, <s> and </s>
};

class SentencePieceTokenizer final : public Tokenizer {
 public:
  /// `model`: the file's bytes; `file` names it in errors; `source` is what description() says of it.
  SentencePieceTokenizer(const std::string& model, const std::string& file, std::string source,
                         SentencePieceOptions options);

  Tokens encode(std::string_view text, SpecialTokens special) const override;
  std::string decode(std::span<const TokenId> ids, bool skip_special = false) const override;

  std::string piece(TokenId id) const override {
    if (names_.has(id)) return names_.piece(id);
    if (id < 0 || id >= processor_.GetPieceSize())
      throw error("there is no token ", id, ": the vocabulary has ids from 0 to ", vocab_size() - 1);
    return processor_.IdToPiece(id);
  }
  TokenId vocab_size() const override { return std::max<TokenId>(processor_.GetPieceSize(), names_.size()); }
  TokenId bos_id() const override { return bos_; }
  std::string description() const override { return text_of("SentencePiece, ", source_); }

 private:
  using Processor = sentencepiece::SentencePieceProcessor;

  static void load(Processor& processor, const std::string& model, const std::string& file);
  void encode_part(const Processor& processor, std::string_view part, std::size_t begin, Tokens& tokens) const;
  std::optional<char> byte_of(TokenId id) const;

  Processor processor_;
  Processor without_prefix_;  // the same model, but no space is put before the text
  SentencePieceOptions options_;
  AddedTokenMatcher added_;
  Vocabulary names_;  // of the tokens that added_ finds
  std::vector<TokenId> special_;
  std::string source_;
  TokenId bos_ = -1;
};

inline void SentencePieceTokenizer::load(Processor& processor, const std::string& model, const std::string& file) {
  const auto status = processor.LoadFromSerializedProto(model);
  if (!status.ok()) throw error(file, ": not a SentencePiece model: is the file complete?");
}

inline SentencePieceTokenizer::SentencePieceTokenizer(const std::string& model, const std::string& file,
                                                      std::string source, SentencePieceOptions options)
    : options_(std::move(options)), source_(std::move(source)) {
  // In protocol buffers what comes later is merged in: normalizer_spec { add_dummy_prefix: false }.
  constexpr std::string_view no_dummy_prefix("\x1a\x02\x18\x00", 4);
  load(processor_, model, file);
  load(without_prefix_, model + std::string(no_dummy_prefix), file);
  std::vector<AddedToken> tokens;
  for (const TokenId id : {processor_.unk_id(), processor_.bos_id(), processor_.eos_id()})
    if (id >= 0)
      tokens.push_back({.id = id, .content = processor_.IdToPiece(id), .normalized = false, .special = true});
  tokens.insert(tokens.end(), options_.added_tokens.begin(), options_.added_tokens.end());
  for (const AddedToken& token : tokens) {
    names_.add(token.content, token.id);
    if (token.special) special_.push_back(token.id);
  }
  added_ = AddedTokenMatcher(std::move(tokens));
  bos_ = processor_.bos_id();
  if (!options_.bos_token) return;
  bos_ = names_.id(*options_.bos_token);
  if (bos_ < 0) bos_ = processor_.PieceToId(*options_.bos_token);
  if (bos_ < 0 || piece(bos_) != *options_.bos_token)
    throw error(file, ": the bos_token ", detail::quoted(*options_.bos_token), " is not in the vocabulary");
}

inline Tokens SentencePieceTokenizer::encode(std::string_view text, SpecialTokens special) const {
  require_utf8(text);
  Tokens tokens;
  const auto put_special = [&](bool wanted, TokenId id) {
    if (special == SpecialTokens::none || !wanted || id < 0) return;
    tokens.ids.push_back(id);
    tokens.spans.emplace_back();
  };
  put_special(options_.add_bos_token, bos_);
  added_.for_each_part(text, [&](TextPart part) {
    if (part.id >= 0) {
      tokens.ids.push_back(part.id);
      tokens.spans.push_back(part.bytes);
      return;
    }
    const bool prefix = options_.legacy || part.bytes.begin == 0;
    encode_part(prefix ? processor_ : without_prefix_, text.substr(part.bytes.begin, part.bytes.end - part.bytes.begin),
                part.bytes.begin, tokens);
  });
  put_special(options_.add_eos_token, processor_.eos_id());
  return tokens;
}

inline void SentencePieceTokenizer::encode_part(const Processor& processor, std::string_view part, std::size_t begin,
                                                Tokens& tokens) const {
  sentencepiece::ImmutableSentencePieceText pieces;
  const auto status = processor.Encode(absl::string_view(part.data(), part.size()), pieces.mutable_proto());
  if (!status.ok()) throw error("SentencePiece could not encode a text of ", part.size(), " bytes");
  const std::size_t count = pieces.pieces_size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto piece = pieces.pieces(static_cast<int>(i));
    ByteSpan span{piece.begin(), piece.end()};
    // Of a character's bytes the last alone has the character's span, and the space put before the text has none: both
    // get the character they stand at, as Hugging Face's offsets have it.
    if (span.begin == span.end && span.begin < part.size()) span.end += utf8_length(part[span.begin]);
    tokens.ids.push_back(static_cast<TokenId>(piece.id()));
    tokens.spans.push_back({begin + span.begin, begin + span.end});
  }
}

// The byte that a piece such as <0x0A> stands for.
inline std::optional<char> SentencePieceTokenizer::byte_of(TokenId id) const {
  if (names_.has(id) || id >= processor_.GetPieceSize() || !processor_.IsByte(id)) return std::nullopt;
  return static_cast<char>(std::stoi(processor_.IdToPiece(id).substr(3, 2), nullptr, 16));
}

// "▁" becomes a space, the first space of all is the one that encode put there. A run of byte pieces that is not UTF-8
// becomes one U+FFFD a byte.
inline std::string SentencePieceTokenizer::decode(std::span<const TokenId> ids, bool skip_special) const {
  constexpr std::string_view space_piece = "\xe2\x96\x81";
  std::string text, bytes;
  const auto end_bytes = [&] {
    if (!find_utf8_fault(bytes))
      text += bytes;
    else
      for (std::size_t i = 0; i < bytes.size(); ++i) text += "\xef\xbf\xbd";
    bytes.clear();
  };
  for (const TokenId id : ids) {
    const std::string name = piece(id);
    if (skip_special && std::find(special_.begin(), special_.end(), id) != special_.end()) continue;
    if (const auto byte = byte_of(id)) {
      bytes += *byte;
      continue;
    }
    end_bytes();
    std::size_t done = 0;
    for (std::size_t at = 0; (at = name.find(space_piece, done)) != std::string::npos; done = at + space_piece.size())
      text.append(name, done, at - done) += ' ';
    text.append(name, done);
  }
  end_bytes();
  if (text.starts_with(' ')) text.erase(0, 1);
  return text;
}

}  // namespace neuroglot
