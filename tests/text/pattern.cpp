// Patterns: what Oniguruma and PCRE2 read differently, and what is refused. Expected matches are Oniguruma 6.9.10's.
#include "neuroglot/text/pattern.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

namespace {

using Matches = std::vector<std::string>;

Matches matches(const std::string& pattern, const std::string& text) {
  Matches found;
  Pattern::oniguruma(pattern).for_each_match(
      text, [&](std::size_t begin, std::size_t end) { found.push_back(text.substr(begin, end - begin)); });
  return found;
}

}  // namespace

TEST_CASE("white space is Unicode's: U+0085 belongs to it, U+180E does not") {
  CHECK(matches(R"(\s)", "a\u0085b\u180ec\u3000") == Matches{"\u0085", "\u3000"});
  CHECK(matches(R"(\S+)", "a\u0085b\u180ec\u3000") == Matches{"a", "b\u180ec"});
  CHECK(matches(R"([^\s]+)", "a\u0085b\u180ec\u3000") == Matches{"a", "b\u180ec"});
}

TEST_CASE("a complement inside brackets is an alternative, and none inside negated brackets") {
  CHECK(matches(R"([\S\n]+)", "a b\nc") == Matches{"a", "b\nc"});
  CHECK(matches(R"([^\W\d_]+)", "ab1_é-c") == Matches{"ab", "é", "c"});
  CHECK(matches(R"([^\S\n]+)", "a \t\nb") == Matches{" \t"});
  CHECK(matches(R"([a[^b]]+)", "xaby") == Matches{"xa", "y"});
}

TEST_CASE("brackets inside brackets join their members, as BLOOM's pattern has them") {
  CHECK(matches(" ?[^(\\s|[.,!?…。，、।۔،])]+", "Salut, (toi)。 ok|no") == Matches{"Salut", "toi", " ok", "no"});
}

TEST_CASE("a + after an interval repeats the interval and gives back") {
  CHECK(matches("a{1,3}+a", "aaaaa") == Matches{"aaaaa"});
  CHECK(matches(R"(\p{N}{1,2}+)", "12345 6") == Matches{"12345", "6"});
  CHECK(matches("(?:ab){2}+", "ababababab") == Matches{"abababab"});
  CHECK(matches("a{,2}b", "aaab") == Matches{"aab"});
  CHECK(matches("a{x}", "a{x}") == Matches{"a{x}"});
}

TEST_CASE("a script is what the script property says, without extensions") {
  CHECK(matches(R"(\p{Han}+)", "漢字、かな。") == Matches{"漢字"});  // 、 has Han among its extensions
  CHECK(matches(R"(\p{^Han}+)", "漢かな") == Matches{"かな"});
}

TEST_CASE("characters newer than the regular expression library are letters, marks and digits all the same") {
  CHECK(matches(R"(\p{L}+)", "a\u1c89\U000105c0b") == Matches{"a\u1c89\U000105c0b"});  // Unicode 16
  CHECK(matches(R"(\p{Lu})", "a\u1c89b") == Matches{"\u1c89"});
  CHECK(matches(R"([^\p{L}]+)", "\u1c89-\U000105c0") == Matches{"-"});
  CHECK(matches(R"(\P{L}+)", "\u1c89-\U000105c0") == Matches{"-"});
}

TEST_CASE("word characters and their boundaries are Oniguruma's") {
  CHECK(matches(R"(\w+)", "aé_1² \u0301x-ⓐ") == Matches{"aé_1²", "\u0301x", "ⓐ"});
  CHECK(matches(R"(\bt\w*)", "the at été-t") == Matches{"the", "t"});
}

TEST_CASE("lines begin and end where the text breaks them") {
  CHECK(matches("^b$", "a\nb\nc") == Matches{"b"});
  CHECK(matches("a.", "a\nab") == Matches{"ab"});
}

TEST_CASE("an empty match counts unless it is where the last match ended") {
  CHECK(matches("x*", "axxb") == Matches{"", "xx", ""});
  CHECK(matches("", "é1") == Matches{"", "", ""});
}

TEST_CASE("what can not be carried over is refused by name") {
  CHECK_THROWS_WITH(matches("[a&&b]", "a"), Contains("an intersection of character classes at byte 2"));
  CHECK_THROWS_WITH(matches("[[:alpha:]]", "a"), Contains("a POSIX class"));
  CHECK_THROWS_WITH(matches("(?m:a)", "a"), Contains("a group \"(?m\""));
  CHECK_THROWS_WITH(matches("a(?i)b", "a"), Contains("a group \"(?i\""));
  CHECK_THROWS_WITH(matches(R"((a)\1)", "aa"), Contains("a back reference"));
  CHECK_THROWS_WITH(matches(R"(\K)", "a"), Contains("the escape \\K"));
  CHECK_THROWS_WITH(matches(R"(\xe9)", "a"), Contains("\\x or \\u"));
  CHECK_THROWS_WITH(matches(R"(\p{Klingon})", "a"), Contains("Klingon"));
  CHECK_THROWS_WITH(matches("[a", "a"), Contains("a [ without its ]"));
  CHECK_THROWS_WITH(matches("a)", "a"), Contains("a ) without its ("));
  CHECK_THROWS_WITH(matches("(a", "a"), Contains("is not supported"));
  CHECK_THROWS_WITH(matches("a\\", "a"), Contains("without a character after it"));
}

TEST_CASE("a hundred thousand spaces are one match of GPT-2's white space, all but the last before a word") {
  const std::string spaces(100'000, ' ');
  CHECK(matches(R"(\s+(?!\S)|\s+)", spaces) == Matches{spaces});
  CHECK(matches(R"(\s+(?!\S)|\s+)", spaces + "x") == Matches{spaces.substr(1), " "});
}

TEST_CASE("a pattern that needs more steps than the library allows is an error, not another match") {
  CHECK_THROWS_WITH(matches("(?:a|aa)+[bc]", std::string(60, 'a')), Contains("gave up"));
}
