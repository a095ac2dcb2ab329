// SentencePiece's rules: the double array, and how Hugging Face applies it to clusters of characters.
#include "neuroglot/text/precompiled_normalizer.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "neuroglot/text/sentencepiece_model.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

/// The rules that tokenizer_goldens.py trains its models with: ﬁ fi, ① 1, ½ 1⁄2, e + accent é, cedilla nothing, ...
PrecompiledNormalizer committed() {
  std::ifstream in(NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/xlm_roberta/sentencepiece.bpe.model", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return {PrecompiledCharsmap(read_sentencepiece_model(bytes).charsmap)};
}

std::string normal(const std::string& text) {
  return std::string(committed()(AlignedText(text, 0)).text());
}

}  // namespace

TEST_CASE("characters with a rule are replaced, others stay") {
  CHECK(normal("ﬁn①\nx") == "fin1 x");
  CHECK(normal("½ é") == "1⁄2 é");
  CHECK(normal("a\u200bb") == "ab");
}

TEST_CASE("a rule for the beginning of a cluster replaces all of a short one") {
  CHECK(normal("e\u0301") == "é");
  CHECK(normal("①\u0301") == "1");                    // five bytes: the accent is lost
  CHECK(normal("①\u0301\u0301") == "1\u0301\u0301");  // seven: one by one
  CHECK(normal("\r\n") == " ");
}

TEST_CASE("characters that are added share the span of what they stand for, removed ones go with the one before") {
  const AlignedText text = committed()(AlignedText("½x", 0));
  CHECK(text.span(0, 1) == ByteSpan{0, 2});
  CHECK(text.span(4, 5) == ByteSpan{0, 2});
  CHECK(text.span(5, 6) == ByteSpan{2, 3});
  const AlignedText removed = committed()(AlignedText("a\u200bb", 0));
  CHECK(removed.span(1, 2) == ByteSpan{4, 5});
}

TEST_CASE("clusters are those of Unicode 17") {
  const auto end = [](const std::string& text) { return grapheme_end(text, 0); };
  CHECK(end("ab") == 1);
  CHECK(end("\r\nx") == 2);
  CHECK(end("e\u0301\u0327x") == 5);
  CHECK(end("a\u1ae6x") == 4);  // a mark of Unicode 17
  CHECK(end("\u0600a") == 3);   // a prefix holds what follows
  CHECK(end("👩‍👩‍👧x") == 18);
  CHECK(end("\u0915\u094d\u0958\u0301") == 11);  // a conjunct
  CHECK(end("\u0915\u0958") == 3);
}

TEST_CASE("a charsmap that is cut short or no charsmap is refused") {
  const auto make = [](const std::string& bytes) { return PrecompiledCharsmap(bytes); };
  CHECK_THROWS_WITH(make("abc"), Contains("cut short"));
  CHECK_THROWS_WITH(make(std::string("\x08\0\0\0abcd", 8)), Contains("a trie of 8 bytes among 8"));
  CHECK_THROWS_WITH(make(std::string("\x04\0\0\0abcd\xff", 9)), Contains("is not valid UTF-8"));
}

TEST_CASE("base64 is read with padding and without, and nothing else is") {
  CHECK(decode_base64("aGVsbG8=") == "hello");
  CHECK(decode_base64("aGVsbG8") == "hello");
  CHECK(decode_base64("").value().empty());
  CHECK_FALSE(decode_base64("aGV%"));
}
