// Parallel sentences: what is refused names the file and the line.
#include "neuroglot/experiment/parallel_text.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/parallel_tokens.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

ParallelText read_two(const Scratch& folder, const std::string& en, const std::string& fr, Index at_most = 0) {
  return read_parallel({{"en", folder.write("en.txt", en)}, {"fr", folder.write("fr.txt", fr)}}, at_most);
}

/// A token a byte; no token for a blank.
class Bytes final : public Tokenizer {
 public:
  Tokens encode(std::string_view text, SpecialTokens special) const override {
    Tokens tokens;
    for (const char c : text)
      if (c != ' ') tokens.ids.push_back(static_cast<unsigned char>(c));
    if (special == SpecialTokens::added) tokens.ids.push_back(256);
    return tokens;
  }
  std::string decode(std::span<const TokenId>, bool) const override { return {}; }
  std::string piece(TokenId) const override { return {}; }
  TokenId vocab_size() const override { return 257; }
  TokenId bos_id() const override { return -1; }
  std::string description() const override { return "bytes"; }
};

}  // namespace

TEST_CASE("line n of each file is the same sentence; line ends and a missing last one do not matter") {
  const Scratch folder;
  const ParallelText text = read_two(folder, "one\ntwo\n", "un\r\ndeux");
  CHECK(text.sentences == std::vector<std::vector<std::string>>{{"one", "two"}, {"un", "deux"}});
  CHECK(text.place(1, 1) == folder.path("fr.txt").string() + ":2");
}

TEST_CASE("the first sentences are the first of every language, and hash as a file of them alone") {
  const Scratch folder;
  const ParallelText some = read_two(folder, "one\ntwo\n", "un\ndeux\n", 1);
  CHECK(some.size() == 1);
  CHECK(some.hashes == read_two(folder, "one\n", "un\n").hashes);
}

TEST_CASE("an empty line, another number of lines and bad UTF-8 are reported with file and line") {
  const Scratch folder;
  CHECK_THROWS_WITH(read_two(folder, "one\ntwo\n", "un\n \n"), Contains("fr.txt:2: is empty"));
  CHECK_THROWS_WITH(read_two(folder, "one\ntwo\n", "un\n"),
                    Contains("fr.txt: ends with line 1,") && Contains("with line 2"));
  CHECK_THROWS_WITH(read_two(folder, "one\ntwo\n", "un\nd\xff\n"), Contains("fr.txt:2: not valid UTF-8"));
  CHECK_THROWS_WITH(read_two(folder, "", "un\n"), Contains("en.txt: holds no sentence"));
}

TEST_CASE("one language alone is refused") {
  const Scratch folder;
  CHECK_THROWS_AS(read_parallel({{"en", folder.write("en.txt", "one\n")}}), UsageError);
}

TEST_CASE("the prefix stands before each sentence, and a sentence that is too long is named") {
  const Scratch folder;
  const ParallelText text = read_two(folder, "a\nbc\n", "d\nefgh\n");
  const ParallelTokens tokens = tokenise(text, Bytes(), {SpecialTokens::none, "q: "}, 6);
  CHECK(tokens.ids[0][1] == std::vector<TokenId>{'q', ':', 'b', 'c'});
  CHECK(tokens.tokens(1) == 9);
  CHECK_THROWS_WITH(tokenise(text, Bytes(), {SpecialTokens::added, ""}, 4),
                    Contains("fr.txt:2: the sentence has 5 tokens"));
}
