// tokenizer.json files that are broken, hostile or ask for what is not supported: one clear error each.
#include "neuroglot/text/tokenizer_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "small_tokenizer_json.hpp"

using namespace neuroglot;
using namespace small_tokenizer_json;
using Catch::Contains;
using nlohmann::json;

TEST_CASE("a part of an unknown type is refused by name") {
  for (const std::string part : {"normalizer", "pre_tokenizer", "post_processor", "decoder", "model"}) {
    json file = small_file();
    file[part] = {{"type", "Foo"}};
    refused(file, "tokenizer.json: " + part + " \"Foo\" is not supported (supported: ");
  }
}

TEST_CASE("a member that nobody reads is refused") {
  json file = small_file();
  file["pre_tokenizer"]["surprise"] = 1;
  refused(file, "pre_tokenizer: the member \"surprise\" is not supported");
  file = small_file();
  file["lattice"] = 1;
  refused(file, "the member \"lattice\" is not supported");
}

TEST_CASE("options of BPE that would change the result are refused") {
  const json options = {
      {"dropout", 0.1}, {"continuing_subword_prefix", "##"}, {"end_of_word_suffix", "</w>"}, {"byte_fallback", true}};
  for (const auto& [key, value] : options.items()) {
    json file = small_file();
    file["model"][key] = value;
    refused(file, "\"" + key + "\"");
  }
}

TEST_CASE("a byte-level pre-tokenizer with something after it is refused") {
  json file = small_file();
  file["pre_tokenizer"] = {
      {"type", "Sequence"},
      {"pretokenizers", {small_file()["pre_tokenizer"], {{"type", "Digits"}, {"individual_digits", true}}}}};
  refused(file, "a pre_tokenizer after \"ByteLevel\"");
}

TEST_CASE("a merge of pieces that are not in the vocabulary is refused with its number") {
  json file = small_file();
  file["model"]["merges"].push_back("q u");
  refused(file, "model: merge 2: \"qu\" is not in the vocabulary");
  file["model"]["merges"] = json::array({"a b c"});
  refused(file, "model.merges[0]: two pieces with one space between them expected");
  file["model"]["merges"] = json::array({json::array({"a"})});
  refused(file, "model.merges[0]: two pieces expected, not 1");
  file["model"]["merges"] = "t h";
  refused(file, "model.merges: an array expected, not string");
}

TEST_CASE("ids that are no ids are refused") {
  for (const json& id : {json(-1), json(1e99), json(2147483647), json("7"), json(1.5), json(nullptr)}) {
    json file = small_file();
    file["model"]["vocab"]["zz"] = id;
    refused(file, "the id of \"zz\" is not an integer from 0 to");
  }
  json file = small_file();
  file["model"]["vocab"]["zz"] = 256;
  refused(file, "id 256 is given to");
}

TEST_CASE("an added token's id must be the place that the vocabulary gives it") {
  json file = small_file();
  file["added_tokens"] = {added_token(258, "<a>"), added_token(259, "<b>")};
  CHECK(read(file)->encode("<b>the<a>", SpecialTokens::none).ids == std::vector<TokenId>{259, 257, 258});
  CHECK(read(file)->vocab_size() == 260);
  file["added_tokens"] = json::array({added_token(300, "<a>")});
  refused(file, "added_tokens[0]: \"<a>\" has the id 300, its place in the vocabulary says 258");
  file["added_tokens"] = json::array({added_token(3, "the")});
  refused(file, "added_tokens[0]: \"the\" has the id 3, its place in the vocabulary says 257");
}

TEST_CASE("a template must hold the text once and ids of the vocabulary") {
  json file = small_file();
  const json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  const json bos = {{"SpecialToken", {{"id", "t"}, {"type_id", 0}}}};
  file["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single", {bos, text}},
      {"pair", json::array()},
      {"special_tokens", {{"t", {{"id", "t"}, {"ids", json::array({257})}, {"tokens", json::array({"t"})}}}}}};
  CHECK(read(file)->encode("a", SpecialTokens::added).ids == std::vector<TokenId>{257, 'a'});
  CHECK(read(file)->bos_id() == 257);
  file["post_processor"]["single"] = json::array({bos});
  refused(file, "post_processor.single: sequence A is missing");
  file["post_processor"]["single"] = {text, text};
  refused(file, "post_processor.single[1]: only sequence A, once");
  file["post_processor"]["single"] = {bos, text};
  file["post_processor"]["special_tokens"]["t"]["ids"] = json::array({258});
  refused(file, "special_tokens.t.ids[0]: an integer from 0 to 257 expected");
}

TEST_CASE("a pattern that can not be run is refused where it stands") {
  json file = small_file();
  const json split = {
      {"type", "Split"}, {"pattern", {{"Regex", "[a&&b]"}}}, {"behavior", "Isolated"}, {"invert", false}};
  file["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", {split, small_file()["pre_tokenizer"]}}};
  refused(file, "tokenizer.json: pre_tokenizer.pretokenizers[0].pattern: the pattern \"[a&&b]\" has an intersection");
}

TEST_CASE("sequences nested without end are refused") {
  json nested = small_file()["pre_tokenizer"];
  for (int i = 0; i < 100; ++i) nested = {{"type", "Sequence"}, {"pretokenizers", json::array({nested})}};
  json file = small_file();
  file["pre_tokenizer"] = nested;
  refused(file, "sequences are nested too deep");
}

TEST_CASE("a file cut short anywhere is one error, never a tokenizer") {
  const std::string whole = small_file().dump();
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 40)
    CHECK_THROWS_WITH(read_tokenizer_json(whole.substr(0, size), "tokenizer.json", ""),
                      Contains("tokenizer.json: not valid JSON at byte"));
}

TEST_CASE("bytes after a NUL are not passed over") {
  std::string file = small_file().dump();
  file.push_back('\0');
  CHECK_THROWS_WITH(read_tokenizer_json(file + "junk", "tokenizer.json", ""), Contains("a NUL"));
}

TEST_CASE("an error is one line, whatever characters the names in the file have") {
  json file = small_file();
  const json split = {{"type", "Split"}, {"pattern", {{"Regex", "(?<a>\n)"}}}, {"behavior", "Isolated"}};
  file["pre_tokenizer"] = split;
  refused(file, "the pattern \"(?<a>\\n)\" has a group");
  file = small_file();
  file["post_processor"] = {{"type", "TemplateProcessing"},
                            {"single", {{{"SpecialToken", {{"id", "a\nb"}, {"type_id", 0}}}}}},
                            {"pair", json::array()},
                            {"special_tokens", {{"a\nb", {{"id", "a\nb"}, {"ids", {1000}}, {"tokens", {"a"}}}}}}};
  refused(file, "special_tokens.\"a\\nb\".ids[0]: an integer from 0 to 257 expected");
}
