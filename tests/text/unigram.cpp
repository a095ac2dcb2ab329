// Unigram: Viterbi against every way to cut a word, unknown characters, bytes.
#include "neuroglot/text/unigram.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace neuroglot;
using Catch::Contains;

namespace {

using Entries = std::vector<std::pair<std::string, double>>;

Unigram make(const Entries& entries, UnigramOptions options = {0, false}) {
  Vocabulary vocabulary;
  std::vector<double> scores;
  for (const auto& [piece, score] : entries) {
    vocabulary.add(piece, static_cast<TokenId>(scores.size()));
    scores.push_back(score);
  }
  return Unigram(std::move(vocabulary), std::move(scores), options);
}

Tokens tokenize(const Unigram& model, const std::string& word) {
  Tokens tokens;
  Unigram::Memory memory;
  for (int round = 0; round < 2; ++round) {  // the second time from the cache
    tokens = {};
    model.tokenize(word, memory, [&](TokenId id, std::size_t begin, std::size_t end) {
      tokens.ids.push_back(id);
      tokens.spans.push_back({begin, end});
    });
  }
  return tokens;
}

/// The best score of all ways to cut the word, by trying them.
double best_score(const Entries& entries, const std::string& word) {
  if (word.empty()) return 0;
  double best = -1e9;
  for (const auto& [piece, score] : entries)
    if (!piece.empty() && word.starts_with(piece))
      best = std::max(best, score + best_score(entries, word.substr(piece.size())));
  return best;
}

}  // namespace

TEST_CASE("the published example of Hugging Face's documentation") {
  const Unigram model =
      make({{"<unk>", 0}, {"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"cd", 1}, {"ab", 2}, {"abc", 5}, {"abcd", 10}});
  const Tokens tokens = tokenize(model, "abcdacdxx");  // "abcd", "a", "cd", "xx"
  CHECK(tokens.ids == std::vector<TokenId>{8, 1, 5, 0});
  CHECK(tokens.spans == std::vector<ByteSpan>{{0, 4}, {4, 5}, {5, 7}, {7, 9}});
}

TEST_CASE("no way to cut a word scores higher than the one that is found") {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Entries entries{{"<unk>", -20}, {"a", -5}, {"b", -5}};
    for (int i = 0; i < 12; ++i) {
      std::string piece;
      for (std::size_t k = 0, size = 2 + random() % 3; k < size; ++k) piece += static_cast<char>('a' + random() % 2);
      entries.emplace_back(piece, -static_cast<double>(random() % 1000) / 100);
    }
    std::string word;
    for (std::size_t k = 0, size = 1 + random() % 10; k < size; ++k) word += static_cast<char>('a' + random() % 2);
    const Unigram model = make(entries);
    double score = 0;
    for (const TokenId id : tokenize(model, word).ids) score += entries[static_cast<std::size_t>(id)].second;
    // Of a piece that is there twice the last counts.
    Entries last;
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (model.vocabulary().id(entries[i].first) == static_cast<TokenId>(i)) last.push_back(entries[i]);
    CHECK(score == Approx(best_score(last, word)));
  }
}

TEST_CASE("unknown characters in a row are one token, or the piece that they are together") {
  CHECK(tokenize(make({{"<unk>", 0}, {"a", 0}}), "éñaé") == Tokens{{0, 1, 0}, {{0, 4}, {4, 5}, {5, 7}}});
  CHECK(tokenize(make({{"<unk>", 0}, {"éñ", -50}}), "éñ") == Tokens{{1}, {{0, 4}}});
}

TEST_CASE("bytes stand in for unknown characters where the vocabulary has all of them") {
  const Entries entries{{"<unk>", 0}, {"<0xC3>", -1}, {"<0xA9>", -1}, {"a", -1}};
  CHECK(tokenize(make(entries, {0, true}), "aé") == Tokens{{3, 1, 2}, {{0, 1}, {1, 3}, {1, 3}}});
  CHECK(tokenize(make(entries, {0, true}), "éñ") == Tokens{{0}, {{0, 4}}});  // together: ñ's byte is missing
}

TEST_CASE("without an unknown token a character that has no piece is an error") {
  CHECK_THROWS_WITH(tokenize(make({{"a", 0}}, {-1, false}), "aé"), Contains("no piece for \"é\" and no unknown token"));
  CHECK_THROWS_WITH(make({{"a", 0}}, {1, false}), Contains("the unk_id 1 is not in the vocabulary of 1 pieces"));
}
