// Pre-tokenizers, one by one. Expected words are those of Hugging Face's tokenizers 0.23.
#include "neuroglot/text/pre_tokenizer.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

namespace {

using Words = std::vector<std::string>;

Words words(const PreTokenizer& pre_tokenizer, const std::string& text) {
  const WordsOfText cut = pre_tokenizer(AlignedText(text, 0));
  Words out;
  for (const ByteSpan& word : cut.words) out.emplace_back(cut.text.text().substr(word.begin, word.end - word.begin));
  return out;
}

PreTokenizer read(const nlohmann::json& node) {
  const nlohmann::json file = {{"pre_tokenizer", node}};
  return detail::read_pre_tokenizer(detail::JsonNode(file, "tokenizer.json"));
}

}  // namespace

TEST_CASE("BERT's words lie between white space, punctuation by itself") {
  const auto bert = read({{"type", "BertPreTokenizer"}});
  CHECK(words(bert, "Hey friend!     How are you?!?") ==
        Words{"Hey", "friend", "!", "How", "are", "you", "?", "!", "?"});
  CHECK(words(bert, "a$b 1,5 €") == Words{"a", "$", "b", "1", ",", "5", "€"});
  CHECK(words(bert, " \u3000\n").empty());
}

TEST_CASE("punctuation is that of Unicode 8") {
  const auto bert = read({{"type", "BertPreTokenizer"}});
  CHECK(words(bert, "a\u166db") == Words{"a", "\u166d", "b"});  // a symbol now
  CHECK(words(bert, "a\u2e52b") == Words{"a\u2e52b"});          // not there then
}

TEST_CASE("Punctuation does with its matches what its behavior says") {
  CHECK(words(read({{"type", "Punctuation"}}), "a,.b") == Words{"a", ",", ".", "b"});
  CHECK(words(read({{"type", "Punctuation"}, {"behavior", "Contiguous"}}), "a,.b") == Words{"a", ",.", "b"});
}

TEST_CASE("Whitespace keeps words and what is neither word nor white space") {
  CHECK(words(read({{"type", "Whitespace"}}), "Hey man!? é1_x  -") == Words{"Hey", "man", "!?", "é1_x", "-"});
  CHECK(words(read({{"type", "WhitespaceSplit"}}), "Hey, man!\u2028x") == Words{"Hey,", "man!", "x"});
}

TEST_CASE("Metaspace makes spaces visible and begins a word at each") {
  const auto all = read({{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}});
  CHECK(words(all, "Hey  my friend") == Words{"▁Hey", "▁", "▁my", "▁friend"});
  CHECK(words(all, " Hey ") == Words{"▁Hey", "▁"});
  CHECK(words(all, "▁Hey") == Words{"▁Hey"});
  CHECK(words(read({{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "never"}}), "Hey you") ==
        Words{"Hey", "▁you"});
  CHECK(words(read({{"type", "Metaspace"}, {"replacement", "_"}, {"split", false}}), "Hey you") == Words{"_Hey_you"});
}

TEST_CASE("an old Metaspace says add_prefix_space, and the two spellings must agree") {
  const nlohmann::json old = {
      {"type", "Metaspace"}, {"replacement", "▁"}, {"str_rep", "▁"}, {"add_prefix_space", false}};
  CHECK(words(read(old), "Hey") == Words{"Hey"});
  nlohmann::json both = old;
  both["prepend_scheme"] = "always";
  CHECK_THROWS_WITH(read(both), Contains("contradict each other"));
  both["prepend_scheme"] = "sometimes";
  CHECK_THROWS_WITH(read(both), Contains("prepend_scheme \"sometimes\" is not supported"));
  CHECK_THROWS_WITH(read({{"type", "Metaspace"}, {"replacement", "ab"}}), Contains("must be one character"));
}

TEST_CASE("with prepend_scheme first only the word where the input begins is prefixed") {
  const auto first =
      read({{"type", "Sequence"},
            {"pretokenizers",
             {{{"type", "Punctuation"}}, {{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "first"}}}}});
  CHECK(words(first, "a-b c") == Words{"▁a", "-", "b", "▁c"});
  const WordsOfText later = first(AlignedText("a", 3));  // behind an added token
  CHECK(later.text.text() == "a");
}

TEST_CASE("a visible space has the span of the space, a prefix that of the first character") {
  const auto all = read({{"type", "Metaspace"}, {"replacement", "▁"}, {"prepend_scheme", "always"}});
  const WordsOfText cut = all(AlignedText("é x", 0));
  REQUIRE(cut.text.text() == "▁é▁x");
  CHECK(cut.text.span(0, 3) == ByteSpan{0, 2});
  CHECK(cut.text.span(5, 8) == ByteSpan{2, 3});
  CHECK(cut.text.span(5, 9) == ByteSpan{2, 4});
}
