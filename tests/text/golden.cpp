// Ids, spans and decoded text of hostile texts, equal to those of Hugging Face's tokenizers
// (tests/golden/tokenizer_goldens.py).
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "neuroglot/text/load_tokenizer.hpp"

using namespace neuroglot;
using nlohmann::json;

namespace {

std::string folder(const std::string& name) {
  return NEUROGLOT_TESTS_DIR "/golden/data/tokenizers/" + name;
}

std::vector<json> golden(const std::string& name) {
  std::ifstream in(folder(name) + "/golden.jsonl");
  std::vector<json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  REQUIRE(lines.size() > 60);
  return lines;
}

/// What the golden file has under `key`: a text, null where Hugging Face loses it, nothing where it is the text itself.
bool agrees(const std::string& decoded, const json& entry, const char* key) {
  const auto wanted = entry.find(key);
  if (wanted == entry.end()) return decoded == entry.at("text");
  return wanted->is_null() || decoded == *wanted;
}

void check_ids(const std::string& name) {
  const auto tokenizer = load_tokenizer(folder(name));
  const std::vector<json> lines = golden(name);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto text = lines[i].at("text").get<std::string>();
    INFO(name << ": " << json(text).dump());
    CHECK(tokenizer->encode(text, SpecialTokens::none).ids == lines[i].at("ids").get<std::vector<TokenId>>());
  }
}

void check_spans(const std::string& name) {
  const auto tokenizer = load_tokenizer(folder(name));
  const std::vector<json> lines = golden(name);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto text = lines[i].at("text").get<std::string>();
    std::vector<std::size_t> begins, ends;
    for (const ByteSpan& span : tokenizer->encode(text, SpecialTokens::none).spans) {
      begins.push_back(span.begin);
      ends.push_back(span.end);
    }
    INFO(name << ": " << json(text).dump());
    CHECK(begins == lines[i].at("begins").get<std::vector<std::size_t>>());
    CHECK(ends == lines[i].at("ends").get<std::vector<std::size_t>>());
  }
}

void check_special(const std::string& name) {
  const auto tokenizer = load_tokenizer(folder(name));
  const std::vector<json> lines = golden(name);
  auto wanted = lines[0].at("before").get<std::vector<TokenId>>();
  const std::size_t before = wanted.size();
  const Tokens plain = tokenizer->encode("the neurons", SpecialTokens::none);
  wanted.insert(wanted.end(), plain.ids.begin(), plain.ids.end());
  const auto after = lines[0].at("after").get<std::vector<TokenId>>();
  wanted.insert(wanted.end(), after.begin(), after.end());
  const Tokens full = tokenizer->encode("the neurons", SpecialTokens::added);
  CHECK(full.ids == wanted);
  for (std::size_t i = 0; i < before; ++i) CHECK(full.spans[i] == ByteSpan{0, 0});
  CHECK(full.spans.size() == full.ids.size());
}

void check_decoded(const std::string& name) {
  const auto tokenizer = load_tokenizer(folder(name));
  const std::vector<json> lines = golden(name);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto ids = lines[i].at("ids").get<std::vector<TokenId>>();
    INFO(lines[i].at("text").dump());
    CHECK(agrees(tokenizer->decode(ids), lines[i], "decoded"));
    CHECK(agrees(tokenizer->decode(ids, true), lines[i], "without_special"));
  }
}

const char* const every_tokenizer[] = {
    "gpt2_digits", "llama3",           "nfc_prefix",         "nfkd_contiguous", "sentencepiece",
    "roberta",     "word_piece_cased", "word_piece_uncased", "unigram",         "bpe_byte_fallback",
    "vocab_txt",   "vocab_json",       "vocab_json_roberta", "xlm_roberta",     "albert",
    "gemma"};

// Small models in the pipelines of the families' published tokenizer.json files.
const char* const every_family[] = {
    "families/qwen",       "families/olmo2",  "families/mistral_nemo", "families/bloom",       "families/gpt_neox",
    "families/modernbert", "families/cohere", "families/mixtral",      "families/phi3",        "families/mistral_v3",
    "families/gemma",      "families/mmbert", "families/bert",         "families/xlm_roberta", "families/albert"};

}  // namespace

TEST_CASE("ids are Hugging Face's") {
  for (const char* name : every_tokenizer) check_ids(name);
  for (const char* name : every_family) check_ids(name);
}
TEST_CASE("spans are Hugging Face's offsets in bytes") {
  for (const char* name : every_tokenizer) check_spans(name);
  for (const char* name : every_family) check_spans(name);
}
TEST_CASE("special tokens are added before and after, with empty spans") {
  for (const char* name : every_tokenizer) check_special(name);
  for (const char* name : every_family) check_special(name);
}
TEST_CASE("decoded text is Hugging Face's, with special tokens and without") {
  for (const char* name : every_tokenizer) check_decoded(name);
  for (const char* name : every_family) check_decoded(name);
}

TEST_CASE("a byte-level tokenizer without normaliser gives back every text") {
  const auto tokenizer = load_tokenizer(folder("llama3"));
  for (const json& line : golden("llama3")) {
    if (!line.contains("text")) continue;
    const auto text = line["text"].get<std::string>();
    CHECK(tokenizer->decode(tokenizer->encode(text, SpecialTokens::none).ids) == text);
  }
}

TEST_CASE("Gemma's tokenizer, which puts nothing before a text, gives back every text") {
  const auto tokenizer = load_tokenizer(folder("gemma"));
  for (const json& line : golden("gemma")) {
    if (!line.contains("text")) continue;
    const auto text = line["text"].get<std::string>();
    // A visible space in the text is taken for a space.
    if (text.find("\u2581") == std::string::npos)
      CHECK(tokenizer->decode(tokenizer->encode(text, SpecialTokens::none).ids) == text);
  }
}

TEST_CASE("an added token whose letters are in the byte alphabet comes back as it was") {
  const auto tokenizer = load_tokenizer(folder("gpt2_digits"));  // "é" is an added token
  CHECK(tokenizer->decode(tokenizer->encode("été", SpecialTokens::none).ids) == "été");
}

TEST_CASE("one tokenizer serves several threads at once") {
  const auto tokenizer = load_tokenizer(folder("gpt2_digits"));
  const std::vector<json> lines = golden("gpt2_digits");
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 1; i < lines.size(); ++i)
        wrong[t] +=
            tokenizer->encode(lines[i].at("text").get<std::string>(), SpecialTokens::none).ids != lines[i].at("ids");
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4));
}

TEST_CASE("a word remembered gives the same tokens as a word met for the first time") {
  const auto tokenizer = load_tokenizer(folder("gpt2_digits"));
  const std::string text = "the neurons of the neurons of the language";
  const Tokens first = tokenizer->encode(text, SpecialTokens::none);
  for (int i = 0; i < 3; ++i) CHECK(tokenizer->encode(text, SpecialTokens::none) == first);
}
