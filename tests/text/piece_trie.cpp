// The trie against a search through all pieces.
#include "neuroglot/text/piece_trie.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace neuroglot;

namespace {

using Found = std::vector<std::pair<std::size_t, TokenId>>;

Found prefixes(const PieceTrie& trie, const std::string& text) {
  Found found;
  trie.for_each_prefix(text, [&](std::size_t bytes, TokenId id) { found.emplace_back(bytes, id); });
  return found;
}

}  // namespace

TEST_CASE("pieces that a text begins with are found, the shortest first") {
  const PieceTrie trie({{"a", 0}, {"abc", 1}, {"b", 2}, {"", 3}, {"ab", 4}});
  CHECK(prefixes(trie, "abcd") == Found{{1, 0}, {2, 4}, {3, 1}});
  CHECK(prefixes(trie, "ab") == Found{{1, 0}, {2, 4}});
  CHECK(prefixes(trie, "cab").empty());
  CHECK(prefixes(trie, "").empty());
  CHECK(prefixes(PieceTrie(), "a").empty());
}

TEST_CASE("of a piece that is there twice the last counts") {
  CHECK(prefixes(PieceTrie({{"a", 0}, {"a", 1}}), "a") == Found{{1, 1}});
}

TEST_CASE("random pieces are found as a search through all of them finds them") {
  std::mt19937 random(1);
  const auto word = [&](std::size_t longest) {
    std::string text;
    for (std::size_t i = 0, size = 1 + random() % longest; i < size; ++i)
      text += static_cast<char>(random() % 3 == 0 ? 0xf0 + random() % 16 : 'a' + random() % 2);
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> pieces(1 + random() % 40);
    std::vector<std::pair<std::string_view, TokenId>> entries;
    for (std::size_t i = 0; i < pieces.size(); ++i) pieces[i] = word(5);
    for (std::size_t i = 0; i < pieces.size(); ++i) entries.emplace_back(pieces[i], static_cast<TokenId>(i));
    const PieceTrie trie(entries);
    const std::string text = word(8);
    Found wanted;
    for (std::size_t bytes = 1; bytes <= text.size(); ++bytes) {
      TokenId last = -1;
      for (const auto& [piece, id] : entries) last = piece == text.substr(0, bytes) ? id : last;
      if (last >= 0) wanted.emplace_back(bytes, last);
    }
    CHECK(prefixes(trie, text) == wanted);
  }
}
