// Which file of a folder is taken, and what is said when there is none.
#include "neuroglot/text/load_tokenizer.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "folder.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

const std::string data = NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/";

}  // namespace

TEST_CASE("tokenizer.json is taken before tokenizer.model") {
  const Folder folder;
  folder.copy(data + "sentencepiece/tokenizer.model", "tokenizer.model");
  CHECK_THAT(load_tokenizer(folder.path())->description(), Contains("SentencePiece, tokenizer.model xxh3-128:"));
  folder.copy(data + "llama3/tokenizer.json", "tokenizer.json");
  CHECK_THAT(load_tokenizer(folder.path())->description(), Contains("byte-level BPE, tokenizer.json xxh3-128:"));
}

TEST_CASE("a folder without a tokenizer is told which files were looked for") {
  const Folder folder;
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("looked for tokenizer.json and tokenizer.model"));
}

TEST_CASE("what is not a folder is said to be none") {
  CHECK_THROWS_WITH(load_tokenizer(data + "llama3/tokenizer.json"), Contains("tokenizer.json: is not a folder"));
  CHECK_THROWS_WITH(load_tokenizer("nowhere"), Contains("nowhere: is not a folder"));
}

TEST_CASE("bos_id is tokenizer_config.json's token, else the first that the post-processor adds, else -1") {
  const Folder folder;
  folder.copy(data + "llama3/tokenizer.json", "tokenizer.json");
  const auto added = load_tokenizer(folder.path())->encode("", SpecialTokens::added).ids;
  CHECK(load_tokenizer(folder.path())->bos_id() == added.at(0));
  folder.write("tokenizer_config.json", R"({"bos_token": {"content": "<|end|>"}})");
  CHECK(load_tokenizer(folder.path())->bos_id() == added.at(1));
  folder.write("tokenizer_config.json", R"({"bos_token": "<|nobody|>"})");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("the bos_token \"<|nobody|>\""));
  CHECK(load_tokenizer(data + "gpt2_digits")->bos_id() == -1);
}

TEST_CASE("added tokens that tokenizer_config.json numbers otherwise than tokenizer.json are refused") {
  const Folder folder;
  folder.copy(data + "llama3/tokenizer.json", "tokenizer.json");
  folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {"700": {"content": "<|begin|>"}}})");
  CHECK(load_tokenizer(folder.path())->piece(700) == "<|begin|>");
  for (const char* entry : {R"("700": {"content": "<|end|>"})", R"("703": {"content": "<|new|>"})"}) {
    folder.write("tokenizer_config.json", R"({"added_tokens_decoder": {)" + std::string(entry) + "}}");
    CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("but not in tokenizer.json"));
  }
}

TEST_CASE("a broken tokenizer_config.json is an error with its name") {
  const Folder folder;
  folder.copy(data + "llama3/tokenizer.json", "tokenizer.json");
  folder.write("tokenizer_config.json", R"({"bos_token": )");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("tokenizer_config.json: not valid JSON at byte"));
  folder.write("tokenizer_config.json", "[]");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("tokenizer_config.json: an object expected"));
}

TEST_CASE("the description's hash is that of the file") {
  const Folder folder;
  folder.write("tokenizer.json", "");
  CHECK(detail::named_hash("tokenizer.json", "") ==
        "tokenizer.json xxh3-128:99aa06d3014798d86001c324468d497f");  // xxh128sum
}
