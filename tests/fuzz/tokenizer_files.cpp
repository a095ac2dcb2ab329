// Any bytes as the files of a folder without tokenizer.json (a SentencePiece model, vocab.txt, merges.txt) and as a
// precompiled charsmap: a tokenizer or one Error, and whatever loads can encode and decode.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void require(bool claim) {
  if (!claim) __builtin_trap();
}

/// What try_it() does, or one Error of one line.
template <class TryIt>
void or_error(TryIt&& try_it) {
  try {
    try_it();
  } catch (const Error& failure) {
    require(std::string_view(failure.what()).find('\n') == std::string_view::npos);
  }
}

constexpr std::string_view text = "The ﬁrst 12 été\n <s>\u0301 日本 e\u0301 \x01";

void use(const Tokenizer& tokenizer) {
  const Tokens tokens = tokenizer.encode(text, SpecialTokens::added);
  for (const ByteSpan& span : tokens.spans) require(span.begin <= span.end && span.end <= text.size());
  tokenizer.decode(tokens.ids);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const TokenizerSettings settings("/nowhere");
  or_error([&] {
    const SentencePieceModel model = read_sentencepiece_model(bytes);
    or_error([&] { use(*detail::make_xlm_roberta(model, settings, "fuzz")); });
    or_error([&] { use(*detail::make_albert(model, settings, "fuzz")); });
    or_error([&] { use(*detail::make_gemma(model, settings, "fuzz")); });
  });
  or_error([&] { use(SentencePieceTokenizer(std::string(bytes), "tokenizer.model", "fuzz", {})); });
  or_error([&] { PrecompiledNormalizer{PrecompiledCharsmap(bytes)}(AlignedText(text, 0)); });
  or_error([&] {
    WordPiece::Memory memory;
    const WordPiece model(detail::read_vocab_txt(bytes, "vocab.txt"), {.unknown_token = "a"});
    model.tokenize(text, memory, [](TokenId, std::size_t begin, std::size_t end) { require(begin < end); });
  });
  or_error([&] { detail::read_merges_txt(bytes, "merges.txt"); });
  return 0;
}
