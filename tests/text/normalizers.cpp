// Normalisers but BERT's and the normal forms. Expected texts and spans are those of Hugging Face's tokenizers 0.23.
#include "neuroglot/text/normalizer.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace neuroglot;

namespace {

template <class Step>
std::string normal(const Step& step, const std::string& text) {
  return std::string(step(AlignedText(text, 0)).text());
}

template <class Step>
std::vector<ByteSpan> spans(const Step& step, const std::string& text) {
  const AlignedText out = step(AlignedText(text, 0));
  std::vector<ByteSpan> all;
  for (std::size_t i = 0; i < out.text().size(); ++i) all.push_back(out.span(i, i + 1));
  return all;
}

}  // namespace

TEST_CASE("lower case is a matter of single characters: a final sigma is a sigma") {
  CHECK(normal(Lowercase{}, "ΟΔΟΣ É ǅ") == "οδοσ é ǆ");
  CHECK(normal(Lowercase{}, "İ") == "i\u0307");
  CHECK(normal(Lowercase{}, "\u1c89\ua7cb\U00010d50\U00016ea0") == "\u1c8a\u0264\U00010d70\U00016ebb");  // new
}

TEST_CASE("combining marks are those of Unicode 9") {
  CHECK(normal(StripAccents{}, "e\u0301\u0489\u0903x") == "ex");
  CHECK(normal(StripAccents{}, "é") == "é");                  // NFD would take it apart
  CHECK(normal(StripAccents{}, "\u0898\u1cf2") == "\u0898");  // a letter then and now
  CHECK(spans(StripAccents{}, "e\u0301x") == std::vector<ByteSpan>{{0, 1}, {3, 4}});
}

TEST_CASE("Nmt drops control characters and makes a space of white space and joiners") {
  CHECK(normal(NmtNormalizer{}, "a\x01\x7f\tb\u200b\u2581\ufffdc") == "a b   c");
}

TEST_CASE("what replaces a match has the span of the match's last character") {
  const ReplaceNormalizer two_spaces{Pattern::oniguruma(" {2,}"), "▁"};
  CHECK(normal(two_spaces, "a   b c") == "a▁b c");
  CHECK(spans(two_spaces, "a  b") == std::vector<ByteSpan>{{0, 1}, {2, 3}, {2, 3}, {2, 3}, {3, 4}});
  CHECK(normal(ReplaceNormalizer{Pattern::literal("."), "!"}, "a.b") == "a!b");
  CHECK(normal(ReplaceNormalizer{Pattern::oniguruma("x+"), ""}, "axxbx") == "ab");
}

TEST_CASE("what is prepended has the span of the first character; nothing comes before an empty text") {
  const PrependNormalizer space{"▁"};
  CHECK(normal(space, "été") == "▁été");
  CHECK(spans(space, "é") == std::vector<ByteSpan>(5, ByteSpan{0, 2}));
  CHECK(normal(space, "").empty());
}

TEST_CASE("Strip takes white space of Unicode from the ends it is told to") {
  CHECK(normal(StripNormalizer{}, "\u3000 a b\u0085\n") == "a b");
  CHECK(normal(StripNormalizer{.left = false}, " a ") == " a");
  CHECK(normal(StripNormalizer{.right = false}, " a ") == "a ");
  CHECK(normal(StripNormalizer{}, " \n ").empty());
}

TEST_CASE("steps are taken in order") {
  const Normalizer normalizer =
      Normalizer::of(UnicodeNormalForm{.compatible = true, .composed = false}, StripAccents{}, Lowercase{});
  CHECK(normal(normalizer, "ﬁn ÉTÉ") == "fin ete");
}
