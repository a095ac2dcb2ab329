// BERT's normaliser, flag by flag. Expected texts are those of Hugging Face's tokenizers 0.23.
#include "neuroglot/text/bert_normalizer.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace neuroglot;

namespace {

constexpr BertNormalizerOptions nothing{
    .clean_text = false, .handle_chinese_chars = false, .strip_accents = std::nullopt, .lowercase = false};

std::string normal(BertNormalizerOptions options, const std::string& text) {
  return std::string(BertNormalizer(options)(AlignedText(text, 0)).text());
}

}  // namespace

TEST_CASE("without a flag every text stays as it is") {
  CHECK(normal(nothing, "É\x01\t日\u0301") == "É\x01\t日\u0301");
}

TEST_CASE("clean_text drops control characters and U+FFFD, and white space of any kind becomes a space") {
  BertNormalizerOptions options = nothing;
  options.clean_text = true;
  CHECK(normal(options, std::string("a\0b", 3)) == "ab");
  CHECK(normal(options, "a\ufffd\u200d\u00ad\ue000\x0b\u0085z") == "az");
  CHECK(normal(options, "a\t\n\r\u3000\u2028z") == "a     z");
  CHECK(normal(options, "\u0378\u0890") == "\u0378\u0890");  // not assigned then: not dropped
}

TEST_CASE("each Chinese character gets a space on either side; kana and Hangul get none") {
  BertNormalizerOptions options = nothing;
  options.handle_chinese_chars = true;
  CHECK(normal(options, "a日本b") == "a 日  本 b");
  CHECK(normal(options, "カ한") == "カ한");
}

TEST_CASE("lowercase strips accents unless strip_accents says otherwise") {
  BertNormalizerOptions options = nothing;
  options.lowercase = true;
  CHECK(normal(options, "ÉTÉ ΣΊΣΥΦΟΣ") == "ete σισυφοσ");
  options.strip_accents = false;
  CHECK(normal(options, "ÉTÉ İ") == "été i\u0307");
  options = nothing;
  options.strip_accents = true;
  CHECK(normal(options, "ÉTÉ 한") == "ETE \u1112\u1161\u11ab");
}

TEST_CASE("what is left of a character has its span, and the spaces around a Chinese one too") {
  const AlignedText text = BertNormalizer(BertNormalizerOptions{})(AlignedText("É\x01日", 10));
  CHECK(text.text() == "e 日 ");
  CHECK(text.span(0, 1) == ByteSpan{10, 12});
  CHECK(text.span(1, 2) == ByteSpan{13, 16});
  CHECK(text.span(5, 6) == ByteSpan{13, 16});
}

TEST_CASE("marks that are left are put in order across what was dropped") {
  BertNormalizerOptions options = nothing;
  options.clean_text = true;
  options.strip_accents = true;
  CHECK(normal(options, "a\u302e\x01\u1d165") == normal(options, "a\u302e\u1d165"));
  CHECK(normal(options, "a\U0001d16d\u302f") == "a\u302f\U0001d16d");  // classes 226 and 224
}
