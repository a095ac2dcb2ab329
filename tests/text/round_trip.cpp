// decode(encode(text)) is the text, for random texts and every tokenizer that promises it.
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <string_view>

#include "neuroglot/text/load_tokenizer.hpp"

using namespace neuroglot;

namespace {

/// Characters of all planes, most of them from scripts that the small tokenizers have seen.
std::string random_text(std::mt19937& random) {
  std::string text;
  for (std::size_t i = 0, size = random() % 60; i < size; ++i) {
    const auto c = static_cast<char32_t>(random() % 4 == 0   ? random() % 0x110000
                                         : random() % 3 == 0 ? random() % 0x500
                                                             : random() % 0x60 + 0x20);
    if ((c >= 0xd800 && c <= 0xdfff) || c == 0x2581) continue;  // a visible space is a space
    append_utf8(text, c);
  }
  return text;
}

void check_round_trips(const std::string& name, std::string_view before = "") {
  const auto tokenizer = load_tokenizer(NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/" + name);
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string text(before);
    text += random_text(random);
    const Tokens tokens = tokenizer->encode(text, SpecialTokens::none);
    if (tokenizer->decode(tokens.ids) != text) FAIL(name << ": " << text);
    std::size_t covered = 0;  // spans cover the text in order
    for (const ByteSpan& span : tokens.spans) {
      if (span.begin > covered || span.end < covered) FAIL(name << ": a gap in " << text);
      covered = span.end;
    }
    if (covered != text.size()) FAIL(name << ": the end is not covered in " << text);
  }
}

}  // namespace

TEST_CASE("byte-level tokenizers give back every text") {
  for (const char* name : {"llama3", "families/olmo2", "families/bloom", "families/mistral_nemo"})
    check_round_trips(name);
}
TEST_CASE("tokenizers that put nothing before a text, as Gemma's, give back random ones") {
  check_round_trips("gemma");
  check_round_trips("families/gemma");
}
TEST_CASE("Llama's SentencePiece model gives back every text that does not begin with a space") {
  for (const char* name : {"sentencepiece", "families/mixtral", "families/mistral_v3"}) check_round_trips(name, "x");
}
