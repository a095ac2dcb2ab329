// What tokenizer.json files say, read and done.
#include "neuroglot/text/tokenizer_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "small_tokenizer_json.hpp"

using namespace neuroglot;
using namespace small_tokenizer_json;
using Catch::Contains;
using nlohmann::json;

TEST_CASE("merges are read in both spellings") {
  json file = small_file();
  CHECK(read(file)->encode("the", SpecialTokens::none).ids == std::vector<TokenId>{257});
  file["model"]["merges"] = json::array({json::array({"t", "h"}), json::array({"th", "e"})});
  CHECK(read(file)->encode("the", SpecialTokens::none).ids == std::vector<TokenId>{257});
}

TEST_CASE("a byte without a piece gives no token, and the others keep their places") {
  json file = small_file();
  file["model"]["vocab"].erase("Ġ");
  file["model"]["vocab"].erase("a");
  file["pre_tokenizer"]["use_regex"] = false;
  const Tokens tokens = read(file)->encode(" that x", SpecialTokens::none);
  CHECK(tokens.ids == std::vector<TokenId>{256, 't', 'x'});
  CHECK(tokens.spans == std::vector<ByteSpan>{{1, 3}, {4, 5}, {6, 7}});
}

TEST_CASE("a model that does not say its type is told by its members") {
  json file = small_file();
  file["model"].erase("type");
  CHECK(read(file)->description().starts_with("byte-level BPE"));
  file["model"].erase("merges");
  refused(file, "model: \"type\" is missing");
  file["model"] = {{"vocab", {{"[UNK]", 0}}}, {"max_input_chars_per_word", 100}};
  CHECK(read(file)->description().starts_with("WordPiece"));
  file["model"] = {{"vocab", json::array({json::array({"<unk>", 0.0})})}, {"unk_id", 0}};
  CHECK(read(file)->description().starts_with("Unigram"));
}

TEST_CASE("what skip_special leaves out goes by what is decoded, as in Hugging Face") {
  json file = small_file();
  file["added_tokens"] = {added_token(258, "<s>")};
  file["added_tokens"][0]["normalized"] = true;
  file["normalizer"] = {{"type", "Prepend"}, {"prepend", "x"}};
  const auto tokenizer = read(file);
  CHECK(tokenizer->encode("<s>", SpecialTokens::none).ids == std::vector<TokenId>{258});
  CHECK(tokenizer->decode(std::vector<TokenId>{258}) == "x<s>");
  CHECK(tokenizer->decode(std::vector<TokenId>{258}, true) == "x<s>");
}

TEST_CASE("BPE without a byte-level pre-tokenizer merges characters") {
  json file = small_file();
  file["pre_tokenizer"] = nullptr;
  CHECK(read(file)->description().starts_with("BPE"));
  CHECK(read(file)->encode("ethe", SpecialTokens::none).ids == std::vector<TokenId>{'e', 257});
}

TEST_CASE("an id out of range is refused by decode and piece") {
  const auto tokenizer = read(small_file());
  CHECK_THROWS_WITH(tokenizer->decode(std::vector<TokenId>{258}),
                    "there is no token 258: the vocabulary has ids from 0 to 257");
  CHECK_THROWS_WITH(tokenizer->piece(-1), Contains("there is no token -1"));
  CHECK(tokenizer->piece(257) == "the");
}

TEST_CASE("a text that is not UTF-8 is refused with the byte") {
  CHECK_THROWS_WITH(read(small_file())->encode("the \xff", SpecialTokens::none), Contains("at byte 4"));
}
