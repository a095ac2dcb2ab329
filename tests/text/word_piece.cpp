// WordPiece: the greedy search, its unknown words, its spans.
#include "neuroglot/text/word_piece.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

namespace {

Vocabulary vocabulary(const std::vector<std::string>& pieces) {
  Vocabulary vocabulary;
  for (std::size_t id = 0; id < pieces.size(); ++id) vocabulary.add(pieces[id], static_cast<TokenId>(id));
  return vocabulary;
}

Tokens tokenize(const WordPiece& model, const std::string& word) {
  Tokens tokens;
  WordPiece::Memory memory;
  for (int round = 0; round < 2; ++round) {  // the second time from the cache
    tokens = {};
    model.tokenize(word, memory, [&](TokenId id, std::size_t begin, std::size_t end) {
      tokens.ids.push_back(id);
      tokens.spans.push_back({begin, end});
    });
  }
  return tokens;
}

const std::vector<std::string> pieces{"[UNK]", "un", "##aff", "##able", "##a", "una", "##ffé", "##ffable", "x"};

}  // namespace

TEST_CASE("the longest piece is taken each time") {
  const WordPiece model(vocabulary(pieces));
  CHECK(tokenize(model, "unaffable") == Tokens{{5, 7}, {{0, 3}, {3, 9}}});
  CHECK(tokenize(model, "unaffé") == Tokens{{5, 6}, {{0, 3}, {3, 7}}});
}

TEST_CASE("a word that can not be finished is one unknown token, though another way might have led through") {
  CHECK(tokenize(WordPiece(vocabulary(pieces)), "unaffa") == Tokens{{0}, {{0, 6}}});
  CHECK(tokenize(WordPiece(vocabulary(pieces)), "xéé") == Tokens{{0}, {{0, 5}}});
}

TEST_CASE("a word of more characters than the longest allowed is unknown") {
  const WordPiece model(vocabulary({"[UNK]", "é", "##é"}), {.longest_word = 3});
  CHECK(tokenize(model, "ééé").ids == std::vector<TokenId>{1, 2, 2});
  CHECK(tokenize(model, "éééé") == Tokens{{0}, {{0, 8}}});
}

TEST_CASE("the unknown token must be in the vocabulary") {
  CHECK_THROWS_WITH(WordPiece(vocabulary({"a"})), Contains("the unk_token \"[UNK]\" is not in the vocabulary"));
}
