// The text of tokens that come one by one.
#include "neuroglot/experiment/generation/generated_text.hpp"

#include <catch2/catch.hpp>

#include "experiment/byte_tokenizer.hpp"

using namespace neuroglot;

namespace {

const ByteTokenizer tokenizer;

std::vector<TokenId> bytes(std::string_view text) {
  return tokenizer.encode(text, SpecialTokens::none).ids;
}

/// What is settled after each byte.
std::vector<std::string> settled_after_each(GeneratedText& text, std::string_view added) {
  std::vector<std::string> settled;
  for (const TokenId id : bytes(added)) {
    text.add(id);
    settled.emplace_back(text.settled());
  }
  return settled;
}

}  // namespace

TEST_CASE("a character is shown when its last byte has come") {
  GeneratedText text(tokenizer, bytes("Q:"), {});
  CHECK(settled_after_each(text, "a\u20acb") == std::vector<std::string>{"a", "a", "a", "a\u20ac", "a\u20acb"});
  CHECK(text.text() == "a\u20acb");
}

TEST_CASE("what may become a stop string is held back, and shown when it does not") {
  GeneratedText text(tokenizer, bytes("Q:"), std::vector<std::string>{"\nQ:"});
  CHECK(settled_after_each(text, "x\nQy\nQ:") ==
        std::vector<std::string>{"x", "x", "x", "x\nQy", "x\nQy", "x\nQy", "x\nQy"});
  CHECK(text.stopped());
  CHECK(text.text() == "x\nQy");
}

TEST_CASE("a stop string that is the beginning of another does not wait for it") {
  GeneratedText text(tokenizer, bytes("Q:"), std::vector<std::string>{"abc", "b"});
  CHECK(settled_after_each(text, "ab") == std::vector<std::string>{"", "a"});
  CHECK(text.stopped());
}

TEST_CASE("a stop string in the middle of a character's bytes is none") {
  GeneratedText text(tokenizer, bytes("Q:"),
                     std::vector<std::string>{"\u00ac"});  // C2 AC, the end of the euro's E2 82 AC
  settled_after_each(text, "\u20ac");
  CHECK(!text.stopped());
}

TEST_CASE("special tokens are no text") {
  GeneratedText text(tokenizer, bytes("Q:"), {});
  text.add('a');
  text.add(ByteTokenizer::end);
  text.add('b');
  CHECK(text.text() == "ab");
}

TEST_CASE("an empty stop string is refused") {
  CHECK_THROWS_AS(GeneratedText(tokenizer, bytes("Q:"), std::vector<std::string>{""}), UsageError);
}
