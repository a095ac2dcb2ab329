/// The one interface to every tokenizer: text to ids and back. Which one a model needs is chosen by what its folder
/// holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace neuroglot {

using TokenId = std::int32_t;

/// Bytes [begin, end) of the text that was encoded.
struct ByteSpan {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const ByteSpan&) const = default;
};

/// What a text becomes: the ids, and for each id the bytes of the text it stands for (empty for tokens that are not
/// text).
struct Tokens {
  std::vector<TokenId> ids;
  std::vector<ByteSpan> spans;

  bool operator==(const Tokens&) const = default;
};

/// Whether encode adds the tokens that the model expects around a text (BOS, [CLS] ... [SEP]), as Hugging Face's
/// add_special_tokens does.
enum class SpecialTokens { none, added };

/// A tokenizer as published: ids equal to Hugging Face's for every valid UTF-8 text.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// Throws Error naming the byte offset where the text is not valid UTF-8.
  virtual Tokens encode(std::string_view text, SpecialTokens special) const = 0;

  /// The text of the ids, special tokens included unless skip_special. Throws Error for an id out of range.
  virtual std::string decode(std::span<const TokenId> ids, bool skip_special = false) const = 0;

  /// The vocabulary entry of an id, as the file spells it ("Ġthe", "▁the", "##ing").
  virtual std::string piece(TokenId id) const = 0;

  /// One more than the largest id.
  virtual TokenId vocab_size() const = 0;

  /// The BOS token's id, or -1 where the tokenizer has none.
  virtual TokenId bos_id() const = 0;

  /// Kind and files for provenance, e.g. "byte-level BPE, tokenizer.json xxh3-128:...".
  virtual std::string description() const = 0;
};

}  // namespace neuroglot
