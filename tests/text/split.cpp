// The behaviours of Split. Expected words are those of the documentation of Hugging Face's tokenizers.
#include "neuroglot/text/split.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace neuroglot;

namespace {

/// "the-final--countdown" cut at "-".
std::vector<std::string> words(SplitBehavior behavior) {
  const std::string text = "the-final--countdown";
  const std::vector<Cut> cuts{{{0, 3}, false}, {{3, 4}, true},   {{4, 9}, false},
                              {{9, 10}, true}, {{10, 11}, true}, {{11, 20}, false}};
  std::vector<std::string> out;
  for (const ByteSpan& word : apply(behavior, cuts)) out.push_back(text.substr(word.begin, word.end - word.begin));
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a removed match leaves what lies between") {
  CHECK(words(SplitBehavior::removed) == Words{"the", "final", "countdown"});
}
TEST_CASE("an isolated match is a word") {
  CHECK(words(SplitBehavior::isolated) == Words{"the", "-", "final", "-", "-", "countdown"});
}
TEST_CASE("a match merged with the previous ends a word, the second of two is alone") {
  CHECK(words(SplitBehavior::merged_with_previous) == Words{"the-", "final-", "-", "countdown"});
}
TEST_CASE("a match merged with the next begins a word, the first of two is alone") {
  CHECK(words(SplitBehavior::merged_with_next) == Words{"the", "-final", "-", "-countdown"});
}
TEST_CASE("contiguous matches are one word") {
  CHECK(words(SplitBehavior::contiguous) == Words{"the", "-", "final", "--", "countdown"});
}
