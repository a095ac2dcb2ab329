// BPE over characters: bytes and unknown tokens for what has no piece, and words merged in parts.
#include "neuroglot/text/character_bpe.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

namespace {

CharacterBpe make(const std::vector<std::string>& pieces, const PieceMerges& merges,
                  const CharacterBpeOptions& options = {}) {
  Vocabulary vocabulary;
  for (std::size_t id = 0; id < pieces.size(); ++id) vocabulary.add(pieces[id], static_cast<TokenId>(id));
  return CharacterBpe(std::move(vocabulary), merges, options);
}

Tokens tokenize(const CharacterBpe& model, const std::string& word) {
  Tokens tokens;
  CharacterBpe::Memory memory;
  for (int round = 0; round < 2; ++round) {  // the second time from the cache
    tokens = {};
    model.tokenize(word, memory, [&](TokenId id, std::size_t begin, std::size_t end) {
      tokens.ids.push_back(id);
      tokens.spans.push_back({begin, end});
    });
  }
  return tokens;
}

}  // namespace

TEST_CASE("characters merge as the merges say") {
  const auto model = make({"é", "t", "ét", "été"}, {{"é", "t"}, {"ét", "é"}});
  CHECK(tokenize(model, "étét") == Tokens{{2, 2}, {{0, 3}, {3, 6}}});
  CHECK(tokenize(model, "tété") == Tokens{{1, 3}, {{0, 1}, {1, 6}}});
}

TEST_CASE("bytes stand in for a character without a piece, each with its own place in the word") {
  const auto model = make({"<unk>", "<0xC3>", "<0xA9>", "a"}, {}, {.unknown_token = "<unk>", .byte_fallback = true});
  CHECK(tokenize(model, "aé") == Tokens{{3, 1, 2}, {{0, 1}, {1, 2}, {2, 3}}});
  CHECK(tokenize(model, "aña") == Tokens{{3, 0, 3}, {{0, 1}, {1, 3}, {3, 4}}});
}

TEST_CASE("unknown characters in a row are one token only if they are to be fused") {
  CHECK(tokenize(make({"?", "a"}, {}, {.unknown_token = "?", .fuse_unknown = true}), "éña") ==
        Tokens{{0, 1}, {{0, 4}, {4, 5}}});
  CHECK(tokenize(make({"?", "a"}, {}, {.unknown_token = "?"}), "éña") == Tokens{{0, 0, 1}, {{0, 2}, {2, 4}, {4, 5}}});
}

TEST_CASE("bytes overtake unknown characters that wait, as in Hugging Face") {
  const auto model =
      make({"?", "<0xC3>", "<0xA9>", "a"}, {}, {.unknown_token = "?", .fuse_unknown = true, .byte_fallback = true});
  CHECK(tokenize(model, "ñéa").ids == std::vector<TokenId>{1, 2, 0, 3});
}

TEST_CASE("without an unknown token a character gives none, and the others stand further left") {
  CHECK(tokenize(make({"a"}, {}), "aéa") == Tokens{{0, 0}, {{0, 1}, {1, 2}}});
}

TEST_CASE("whole words come first if they are to") {
  const std::vector<std::string> pieces{"a", "b", "ab"};
  CHECK(tokenize(make(pieces, {}), "ab").ids == std::vector<TokenId>{0, 1});
  CHECK(tokenize(make(pieces, {}, {.whole_words = true}), "ab") == Tokens{{2}, {{0, 2}}});
}

TEST_CASE("merging a text in parts that begin with visible spaces is merging it whole") {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> pieces{"▁", "a", "b"};
    PieceMerges merges;
    for (int i = 0; i < 12; ++i) {
      const std::string left = pieces[random() % pieces.size()], right = pieces[random() % pieces.size()];
      if (right.starts_with("▁") && !left.ends_with("▁")) continue;
      if (std::find(pieces.begin(), pieces.end(), left + right) != pieces.end()) continue;
      pieces.push_back(left + right);
      merges.emplace_back(left, right);
    }
    const auto in_parts = make(pieces, merges);
    // One merge across a space that never happens makes it merge the text whole.
    pieces.insert(pieces.end(), {"c", "c▁"});
    merges.emplace_back("c", "▁");
    const auto whole = make(pieces, merges);
    std::string text;
    for (std::size_t i = 0, size = random() % 120; i < size; ++i) text += pieces[random() % 3];
    CHECK(tokenize(in_parts, text) == tokenize(whole, text));
  }
}

TEST_CASE("the unknown token must be in the vocabulary, and so must the pieces of a merge") {
  CHECK_THROWS_WITH(make({"a"}, {}, {.unknown_token = "?"}), Contains("the unk_token \"?\" is not in the vocabulary"));
  CHECK_THROWS_WITH(make({"a"}, {{"a", "a"}}), Contains("merge 0: \"aa\" is not in the vocabulary"));
}
