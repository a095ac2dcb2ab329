// Folders without tokenizer.json: which class reads which file, special tokens and their ids, what is refused. Expected
// ids are those of transformers 5.23.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "folder.hpp"
#include "neuroglot/text/load_tokenizer.hpp"

using namespace neuroglot;
using Catch::Contains;
using Ids = std::vector<TokenId>;

namespace {

const std::string data = NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/";

/// vocab.txt of a few pieces, with settings.
std::unique_ptr<Tokenizer> bert(
    const std::string& settings,
    const std::string& pieces = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nÉt\n##é\net\n##e\n日\n") {
  const Folder folder;
  folder.write("vocab.txt", pieces);
  folder.write("tokenizer_config.json", settings);
  return load_tokenizer(folder.path());
}

Ids ids(const Tokenizer& tokenizer, const std::string& text) {
  return tokenizer.encode(text, SpecialTokens::none).ids;
}

}  // namespace

TEST_CASE("vocab.txt is BERT's, lower case without accents unless the settings say otherwise") {
  CHECK(ids(*bert("{}"), "Été") == Ids{7, 8});
  CHECK(ids(*bert(R"({"do_lower_case": false})"), "Été") == Ids{5, 6});
  CHECK(ids(*bert(R"({"strip_accents": false})"), "Été") == Ids{1});
  CHECK(ids(*bert("{}"), "日日") == Ids{9, 9});
  CHECK(ids(*bert(R"({"tokenize_chinese_chars": false})"), "日日") == Ids{1});
}

TEST_CASE("[CLS] and [SEP] are put around a text, [MASK] is found in it") {
  const auto tokenizer = bert("{}");
  CHECK(tokenizer->encode("et[MASK]", SpecialTokens::added).ids == Ids{2, 7, 4, 3});
  CHECK(tokenizer->bos_id() == 2);
}

TEST_CASE("a special token that the vocabulary lacks gets the next id, an added one the id the settings say") {
  CHECK(ids(*bert(R"({"mask_token": "<m>"})"), "et<m>") == Ids{7, 10});
  const std::string added =
      R"({"added_tokens_decoder": {"10": {"content": "<a>", "special": false, "normalized": false}},
                                "mask_token": "<m>"})";
  CHECK(ids(*bert(added), "et<m><a>") == Ids{7, 11, 10});
  CHECK_THROWS_WITH(bert(R"({"added_tokens_decoder": {"17": {"content": "<a>"}}})"),
                    Contains("the token \"<a>\" has the id 17, its place in the vocabulary says 10"));
}

TEST_CASE("special_tokens_map.json and added_tokens.json rename and add tokens") {
  const Folder folder;
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n<c>\net\n");
  folder.write("special_tokens_map.json", R"({"cls_token": "<c>", "pad_token": null})");
  folder.write("added_tokens.json", R"({"<new>": 7})");
  const auto tokenizer = load_tokenizer(folder.path());
  CHECK(tokenizer->encode("et<new>", SpecialTokens::added).ids == Ids{5, 6, 7, 3});
}

TEST_CASE("pieces of vocab.txt end where white space begins, and one that is there twice has the last id") {
  CHECK(ids(*bert("{}", "[UNK]\r\n[CLS]\r\n[SEP]\r\n[PAD]\r\n[MASK]\r\net \u3000\r\n"), "et") == Ids{5});
  const auto twice = bert("{}", "[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\net\net\n");
  CHECK(ids(*twice, "et") == Ids{6});
  CHECK_THROWS_WITH(twice->piece(5), Contains("there is no token 5"));
}

TEST_CASE("errors in old files name the file") {
  CHECK_THROWS_WITH(bert("{}", ""), Contains("vocab.txt: no pieces are in it"));
  CHECK_THROWS_WITH(bert(R"({"unk_token": null})"), Contains("vocab.txt: the unk_token \"\""));
  CHECK_THROWS_WITH(bert("{}", "a\xff"), Contains("vocab.txt is not valid UTF-8 at byte 1"));
  CHECK_THROWS_WITH(bert(R"({"tokenizer_class": "T5Tokenizer"})"),
                    Contains("tokenizer_class \"T5Tokenizer\" is not supported (supported: BertTokenizer"));
}

TEST_CASE("the class comes from tokenizer_config.json, else from config.json's model_type") {
  const Folder folder;
  folder.copy(data + "vocab_json_roberta/vocab.json", "vocab.json");
  folder.copy(data + "vocab_json_roberta/merges.txt", "merges.txt");
  CHECK(load_tokenizer(folder.path())->encode("", SpecialTokens::added).ids.empty());  // GPT-2's
  folder.write("config.json", R"({"model_type": "roberta"})");
  CHECK(load_tokenizer(folder.path())->encode("", SpecialTokens::added).ids.size() == 2);
  folder.write("tokenizer_config.json", R"({"tokenizer_class": "GPT2TokenizerFast", "add_bos_token": true})");
  CHECK(load_tokenizer(folder.path())->encode("", SpecialTokens::added).ids.size() == 1);
}

TEST_CASE("vocab.json needs its merges.txt, line by line") {
  const Folder folder;
  folder.copy(data + "vocab_json/vocab.json", "vocab.json");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("merges.txt: could not be read"));
  folder.write("merges.txt", "#version: 0.2\na b c\n");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("merges.txt: line 2: two pieces with one space"));
}

TEST_CASE("XLM-R's ids are the model's moved up by one, behind four tokens in fairseq's order") {
  const auto tokenizer = load_tokenizer(data + "xlm_roberta");
  const auto model = read_sentencepiece_model(detail::read_text_file(data + "xlm_roberta/sentencepiece.bpe.model"));
  CHECK(tokenizer->piece(0) == "<s>");
  CHECK(tokenizer->piece(1) == "<pad>");
  CHECK(tokenizer->piece(2) == "</s>");
  CHECK(tokenizer->piece(3) == "<unk>");
  for (std::size_t i = 3; i < model.pieces.size(); ++i)
    CHECK(tokenizer->piece(static_cast<TokenId>(i) + 1) == model.pieces[i].text);
  CHECK(tokenizer->piece(static_cast<TokenId>(model.pieces.size()) + 1) == "<mask>");
  CHECK(tokenizer->vocab_size() == static_cast<TokenId>(model.pieces.size()) + 2);
}

TEST_CASE("a model trained with another algorithm than the class needs is refused") {
  const Folder folder;
  folder.copy(data + "gemma/tokenizer.model", "sentencepiece.bpe.model");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), Contains("sentencepiece.bpe.model: the model was not trained as "
                                                            "XLMRobertaTokenizer needs it: Unigram is expected"));
}
