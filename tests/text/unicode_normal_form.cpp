// Normal forms and the spans that survive them. Expected spans are those of Hugging Face's tokenizers 0.23.
#include "neuroglot/text/unicode_normal_form.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace neuroglot;

namespace {

constexpr UnicodeNormalForm nfc{.compatible = false, .composed = true};
constexpr UnicodeNormalForm nfd{.compatible = false, .composed = false};
constexpr UnicodeNormalForm nfkc{.compatible = true, .composed = true};

std::string normal(const UnicodeNormalForm& form, const std::string& text) {
  return std::string(form(AlignedText(text, 0)).text());
}

}  // namespace

TEST_CASE("a composed letter stands for its base letter, the mark after it for nothing") {
  const AlignedText text = nfc(AlignedText("e\u0301x", 0));
  CHECK(text.text() == "éx");
  CHECK(text.span(0, 2) == ByteSpan{0, 1});
  CHECK(text.span(2, 3) == ByteSpan{3, 4});
}

TEST_CASE("the parts of a decomposed letter share its span") {
  const AlignedText text = nfd(AlignedText("éx", 10));
  CHECK(text.text() == "e\u0301x");
  CHECK(text.span(0, 1) == ByteSpan{10, 12});
  CHECK(text.span(1, 3) == ByteSpan{10, 12});
  CHECK(text.span(3, 4) == ByteSpan{12, 13});
}

TEST_CASE("marks are put in canonical order and only an unblocked one composes") {
  CHECK(normal(nfd, "q\u0307\u0323") == "q\u0323\u0307");
  CHECK(normal(nfc, "a\u0316\u0301") == "á\u0316");
  CHECK(normal(nfc, "a\u0301\u0301") == "á\u0301");
  CHECK(normal(nfc, "\u0301e") == "\u0301e");
}

TEST_CASE("Hangul syllables decompose and compose by rule") {
  CHECK(normal(nfd, "각") == "\u1100\u1161\u11a8");
  CHECK(normal(nfc, "\u1100\u1161\u11a8") == "각");
}

TEST_CASE("a Hangul syllable does not swallow U+11A7, which is no trailing consonant") {
  CHECK(normal(nfc, "\u11a8\u05b0\uac00\u11a7") == "\u11a8\u05b0\uac00\u11a7");
}

TEST_CASE("characters newer than Unicode 9 stand for themselves, as in Hugging Face's data") {
  CHECK(normal(nfkc, "\u32ff\U0001fbf0") == "\u32ff\U0001fbf0");
  CHECK(normal(nfd, "a\u0898\u0316\u0301\u0316") == "a\u0898\u0316\u0316\u0301");
}

TEST_CASE("compatibility forms take ligatures and circled digits apart, the canonical ones do not") {
  CHECK(normal(nfkc, "ﬁ①ﷺ") == "fi1صلى الله عليه وسلم");
  CHECK(normal(nfc, "ﬁ①") == "ﬁ①");
}

TEST_CASE("a text that is normal already is left alone") {
  const AlignedText text = nfc(AlignedText("déjà vu", 5));
  CHECK(text.text() == "déjà vu");
  CHECK(text.span(2, 3) == ByteSpan{6, 8});
}
