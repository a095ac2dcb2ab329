// Names are found where they stand between borders, as a search for one name after the other finds them.
#include "neuroglot/text/name_matcher.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace neuroglot;

using Names = std::vector<std::string>;

std::vector<NameMatch> found(const Names& names, std::string_view text, NameRule rule = {}) {
  const NameMatcher matcher(names, rule);
  NameMatcher::Scratch scratch;
  std::vector<NameMatch> matches;
  matcher.search(text, scratch, matches);
  return matches;
}

/// The names found, in the order of their places.
Names texts(const Names& names, std::string_view text, NameRule rule = {}) {
  Names all;
  for (const NameMatch& match : found(names, text, rule)) all.push_back(names[match.name]);
  return all;
}

/// By the definition: whether a name may end, and another begin, between the bytes before and after `at`.
bool is_border(std::string_view text, std::size_t at, bool anywhere) {
  if (at == 0 || at == text.size() || anywhere) return true;
  const NameCharacter after = name_character(code_point_at(text, at).value);
  if (after == NameCharacter::mark) return false;
  NameCharacter before = NameCharacter::mark;
  for (std::size_t end = at; end > 0 && before == NameCharacter::mark;) {
    const CodePoint c = code_point_before(text, end);
    before = name_character(c.value);
    end -= c.bytes;
  }
  return !(before == NameCharacter::word && after == NameCharacter::word);
}

std::vector<NameMatch> one_by_one(const Names& names, const std::string& text, bool anywhere) {
  std::vector<NameMatch> all;
  for (std::uint32_t name = 0; name < names.size(); ++name)
    for (std::size_t at = text.find(names[name]); at != std::string::npos; at = text.find(names[name], at + 1))
      if (is_border(text, at, anywhere) && is_border(text, at + names[name].size(), anywhere))
        all.push_back({name, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + names[name].size())});
  std::ranges::sort(all, {}, [](const NameMatch& match) { return std::pair(match.begin, match.end); });
  return all;
}

/// A few characters of each kind, so that short texts hold many names.
std::string random_text(std::mt19937& dice, std::size_t longest) {
  static const Names alphabet = {"a",  "b",  " ", " ", "-", "1",  "é",  "e\u0301", "ß", "Ж",
                                 "東", "京", "A", "ก", "กี", "한", "\n", "\u0301",  "ع", "𝒳"};
  std::string text;
  for (std::size_t n = 1 + dice() % longest; n > 0; --n) text += alphabet[dice() % alphabet.size()];
  return text;
}

/// A mark belongs to the character before it, which a name has not.
bool can_be_name(const std::string& text) {
  return name_character(code_point_at(text, 0).value) != NameCharacter::mark && text.front() != ' ' &&
         text.back() != ' ';
}

}  // namespace

TEST_CASE("names are found as words, one inside of the other and overlapping") {
  const Names names = {"New York", "York", "York City", "New", "Newark", "Yorkshire"};
  CHECK(texts(names, "New York City, Newark") == Names{"New", "New York", "York", "York City", "Newark"});
  CHECK(found(names, "(York)") == std::vector<NameMatch>{{1, 1, 5}});
  CHECK(texts(names, "Yorks NewYork York1 New\u0301").empty());
  CHECK(texts(names, "").empty());
}

TEST_CASE("punctuation belongs to a name, and is a border") {
  const Names names = {"Washington, D.C.", "D.C", "'Allo 'Allo!", "C++", "R&D"};
  CHECK(texts(names, "in Washington, D.C..") == Names{"Washington, D.C.", "D.C"});
  CHECK(texts(names, "''Allo 'Allo!!") == Names{"'Allo 'Allo!"});
  CHECK(texts(names, "C++, C+++; R&D-R&Ds") == Names{"C++", "C++", "R&D"});
}

TEST_CASE("scripts without spaces need no border, and are one to others") {
  const Names names = {"東京", "Paris", "2008", "京", "アップル", "กรุง"};
  CHECK(texts(names, "東京都はParisと2008年") == Names{"東京", "京", "Paris", "2008"});
  CHECK(texts(names, "パイナップルアップルカ") == Names{"アップル"});
  CHECK(texts(names, "ในกรุงเทพ") == Names{"กรุง"});
  CHECK(texts(names, "กรุงั").empty());                               // the mark above belongs to the last letter
  CHECK(texts({"서울", "독일"}, "서울은 독일 ") == Names{"독일"});  // Hangul is written with spaces
}

TEST_CASE("case counts unless it is ignored") {
  const Names names = {"Straße", "ÉCOLE", "İzmir"};
  CHECK(texts(names, "straße école izmir").empty());
  CHECK(texts(names, "STRAßE école İZMIR", {.ignore_case = true}) == Names{"Straße", "ÉCOLE", "İzmir"});
  CHECK(found(names, "xx İZMIR", {.ignore_case = true}).at(0) == NameMatch{2, 3, 9});
}

TEST_CASE("without borders names are found inside of words") {
  CHECK(texts({"York", "ork"}, "NewYorkers", {.anywhere = true}) == Names{"York", "ork"});
  CHECK(texts({"독일"}, "독일은", {.anywhere = true}) == Names{"독일"});
}

TEST_CASE("an empty name is refused, of equal ones the first is found") {
  CHECK_THROWS_WITH(found({"a "}, "a"), Catch::Contains("name 0") && Catch::Contains("space"));
  CHECK_THROWS_WITH(found({"a", ""}, "a"), Catch::Contains("name 1") && Catch::Contains("empty"));
  CHECK(found({"a", "a"}, "a") == std::vector<NameMatch>{{0, 0, 1}});
}

TEST_CASE("matches are those of a search for one name after the other") {
  std::mt19937 dice(17);
  std::size_t matches = 0;
  for (int round = 0; round < 400; ++round) {
    Names names;
    while (names.size() < 1 + dice() % 60) {
      std::string name = random_text(dice, 1 + dice() % 6);
      if (!can_be_name(name)) continue;
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    const std::string text = random_text(dice, 200);
    for (const bool anywhere : {false, true}) {
      const std::vector<NameMatch> expected = one_by_one(names, text, anywhere);
      REQUIRE(found(names, text, {.anywhere = anywhere}) == expected);
      matches += expected.size();
    }
  }
  CHECK(matches > 10'000);
}

TEST_CASE("ignoring case is searching small letters for small names") {
  std::mt19937 dice(5);
  for (int round = 0; round < 100; ++round) {
    Names names;
    for (int n = 0; n < 30; ++n) {
      std::string name = lowercase_text(random_text(dice, 4));
      if (!can_be_name(name)) continue;
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    const std::string text = random_text(dice, 100);  // no character of it changes its length
    CHECK(found(names, text, {.ignore_case = true}) == one_by_one(names, lowercase_text(text), false));
  }
}
