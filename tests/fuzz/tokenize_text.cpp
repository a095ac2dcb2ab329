// Any bytes as a text: an Error exactly where it is not UTF-8, else the text comes back and the spans cover it in
// order.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "neuroglot/text/load_tokenizer.hpp"

namespace {

using namespace neuroglot;

void require(bool claim) {
  if (!claim) __builtin_trap();
}

void check(const Tokenizer& tokenizer, std::string_view text, bool gives_back) {
  const Tokens tokens = tokenizer.encode(text, SpecialTokens::none);
  require(tokens.ids.size() == tokens.spans.size());
  std::size_t covered = 0;
  for (const ByteSpan& span : tokens.spans) {
    require(span.begin <= span.end && span.end <= text.size() && span.end >= covered);
    if (gives_back) require(span.begin <= covered);
    covered = span.end;
  }
  if (!gives_back) return;
  require(covered == text.size());
  require(tokenizer.decode(tokens.ids) == text);
}

/// One of tests/golden/data/tokenizers; loaded once.
const Tokenizer& committed(const std::string& name) {
  static const std::filesystem::path data(NEUROGLOT_TESTS_DIR "/golden/data/tokenizers");
  static std::map<std::string, std::unique_ptr<Tokenizer>> loaded;
  auto& tokenizer = loaded[name];
  if (!tokenizer) tokenizer = load_tokenizer(data / name);
  return *tokenizer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (find_utf8_fault(text)) {
    try {
      committed("llama3").encode(text, SpecialTokens::none);
    } catch (const Error&) {
      return 0;
    }
    __builtin_trap();
  }
  for (const char* name : {"llama3", "families/bloom", "families/mistral_nemo"}) check(committed(name), text, true);
  for (const char* name : {"nfc_prefix", "sentencepiece", "word_piece_cased", "word_piece_uncased", "unigram",
                           "bpe_byte_fallback", "roberta", "vocab_txt", "vocab_json", "xlm_roberta", "albert", "gemma",
                           "families/phi3", "families/modernbert", "families/albert"})
    check(committed(name), text, false);
  return 0;
}
