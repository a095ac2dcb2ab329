// SentencePiece models with LLaMA's semantics: prefix space, special tokens in the text, bytes, settings beside the
// model.
#include "neuroglot/text/sentencepiece.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "folder.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

using namespace neuroglot;
using Catch::Contains;
using Ids = std::vector<TokenId>;

namespace {

const std::string model_file = NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/sentencepiece/tokenizer.model";

/// The small model with a tokenizer_config.json.
std::unique_ptr<Tokenizer> with_settings(const std::string& settings) {
  const Folder folder;
  folder.copy(model_file, "tokenizer.model");
  folder.write("tokenizer_config.json", settings);
  return load_tokenizer(folder.path());
}

std::string pieces(const Tokenizer& tokenizer, const std::string& text) {
  std::string out;
  for (const TokenId id : tokenizer.encode(text, SpecialTokens::none).ids)
    out += (out.empty() ? "" : "|") + tokenizer.piece(id);
  return out;
}

}  // namespace

TEST_CASE("BOS is added unless the settings say otherwise, EOS only if they do") {
  CHECK(with_settings("{}")->encode("", SpecialTokens::added).ids == Ids{1});
  CHECK(with_settings(R"({"add_bos_token": false})")->encode("", SpecialTokens::added).ids.empty());
  CHECK(with_settings(R"({"add_eos_token": true})")->encode("", SpecialTokens::added).ids == Ids{1, 2});
}

TEST_CASE("every part between special tokens gets a space before it, without legacy only the first") {
  CHECK(pieces(*with_settings("{}"), "x<s>x") == "▁|x|<s>|▁|x");
  CHECK(pieces(*with_settings(R"({"legacy": false})"), "x<s>x") == "▁|x|<s>|x");
}

TEST_CASE("a character outside the vocabulary becomes bytes that share its span") {
  const auto tokenizer = with_settings("{}");
  const Tokens tokens = tokenizer->encode("e🦩", SpecialTokens::none);
  CHECK(pieces(*tokenizer, "e🦩") == "▁|e|<0xF0>|<0x9F>|<0xA6>|<0xA9>");
  CHECK(tokens.spans == std::vector<ByteSpan>{{0, 1}, {0, 1}, {1, 5}, {1, 5}, {1, 5}, {1, 5}});
  CHECK(tokenizer->decode(tokens.ids) == "e🦩");
  CHECK(tokenizer->decode(Ids(tokens.ids.begin(), tokens.ids.end() - 1)) == "e\ufffd\ufffd\ufffd");
}

TEST_CASE("tokens that only the settings know are found, named and left out by skip_special") {
  const auto tokenizer = with_settings(R"({"added_tokens_decoder": {"520": {"content": "<pad>", "special": true}}})");
  CHECK(pieces(*tokenizer, "e<pad>") == "▁|e|<pad>");
  CHECK(tokenizer->vocab_size() == 521);
  CHECK(tokenizer->decode(tokenizer->encode("e<pad>", SpecialTokens::none).ids, true) == "e");
}

TEST_CASE("bos_token is read as a string and as an object") {
  CHECK(with_settings(R"({"bos_token": "</s>"})")->bos_id() == 2);
  CHECK(with_settings(R"({"bos_token": {"content": "<s>", "lstrip": false}})")->bos_id() == 1);
  CHECK_THROWS_WITH(with_settings(R"({"bos_token": "<nobody>"})"),
                    Contains("the bos_token \"<nobody>\" is not in the vocabulary"));
}

TEST_CASE("a model that was published for another tokenizer class is refused") {
  CHECK_THROWS_WITH(with_settings(R"({"tokenizer_class": "T5Tokenizer"})"),
                    Contains("tokenizer_class \"T5Tokenizer\" is not supported"));
}

TEST_CASE("a file that is no SentencePiece model is refused") {
  const Folder folder;
  folder.write("tokenizer.model", "this is not a protocol buffer");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("tokenizer.model: not a SentencePiece model"));
}

TEST_CASE("an id out of range is refused") {
  CHECK_THROWS_WITH(with_settings("{}")->decode(Ids{520}),
                    "there is no token 520: the vocabulary has ids from 0 to 519");
}

TEST_CASE("Llama 2's own model, where it is there, tokenizes as published") {
  const char* const shared = std::getenv("NEUROGLOT_SHARED");
  const std::string model = std::string(shared != nullptr ? shared : "") + "/data/tokenizers/llama2.model";
  if (shared == nullptr || !std::filesystem::exists(model)) return;
  const Folder folder;
  folder.copy(model, "tokenizer.model");
  const auto tokenizer = load_tokenizer(folder.path());
  // transformers' documentation of LlamaTokenizer
  CHECK(tokenizer->encode("Hello this is a test", SpecialTokens::added).ids == Ids{1, 15043, 445, 338, 263, 1243});
  CHECK(tokenizer->vocab_size() == 32000);
}
