// Model folders: one file, shards, and everything that can be missing or wrong between them.
#include "neuroglot/io/checkpoint.hpp"

#include <sstream>

#include "neuroglot/io/weight_report.hpp"
#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

// A file with one U8 tensor of one element.
std::string one_tensor(const std::string& name, char value) {
  return safetensors_bytes(R"({")" + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                           std::string(1, value));
}

void write_index(const Scratch& scratch, const std::string& weight_map) {
  scratch.write("model.safetensors.index.json", R"({"metadata": {}, "weight_map": )" + weight_map + "}");
}

std::string refusal(const Scratch& scratch) {
  return message_of([&] { Checkpoint checkpoint(scratch.path("")); });
}

}  // namespace

TEST_CASE("a folder with model.safetensors is opened, whatever else lies in it") {
  const Scratch scratch;
  scratch.write("model.safetensors", one_tensor("a", 'x'));
  scratch.write("other.safetensors", one_tensor("b", 'y'));
  const Checkpoint checkpoint(scratch.path(""));
  CHECK(checkpoint.names() == std::vector<std::string>{"a"});
  CHECK(values<std::int32_t>(checkpoint.at("a")) == std::vector<std::int32_t>{'x'});
  CHECK(checkpoint.find("b") == nullptr);
  CHECK_THAT(message_of([&] { (void)checkpoint.at("b"); }), Contains("no tensor \"b\""));
}

TEST_CASE("shards are opened as the index says, tensors found wherever they lie") {
  const Scratch scratch;
  scratch.write("model-00002-of-00002.safetensors", one_tensor("a", 'x'));
  scratch.write("model-00001-of-00002.safetensors", one_tensor("b", 'y'));
  write_index(scratch, R"({"a": "model-00002-of-00002.safetensors", "b": "model-00001-of-00002.safetensors"})");
  const Checkpoint checkpoint(scratch.path(""));
  CHECK(checkpoint.names() == std::vector<std::string>{"a", "b"});
  CHECK(values<std::int32_t>(checkpoint.at("b")) == std::vector<std::int32_t>{'y'});
  REQUIRE(checkpoint.files().size() == 2);
  CHECK(checkpoint.files()[0].filename() == "model-00001-of-00002.safetensors");
}

TEST_CASE("a missing shard, a tensor its shard does not hold, and one in two shards are named") {
  const Scratch scratch;
  write_index(scratch, R"({"a": "1.safetensors", "b": "2.safetensors"})");
  scratch.write("1.safetensors", one_tensor("a", 'x'));
  CHECK_THAT(refusal(scratch), Contains("the shard \"2.safetensors\" is missing"));
  scratch.write("2.safetensors", one_tensor("c", 'x'));
  CHECK_THAT(refusal(scratch), Contains("tensor \"b\" is said to lie in \"2.safetensors\", which does not hold it"));
  scratch.write("2.safetensors", one_tensor("a", 'x'));
  CHECK_THAT(refusal(scratch), Contains("2.safetensors: tensor \"a\" lies in 1.safetensors too"));
}

TEST_CASE("a tensor in another shard than the index says is refused") {
  const Scratch scratch;
  write_index(scratch, R"({"a": "2.safetensors", "b": "1.safetensors"})");
  scratch.write("1.safetensors", one_tensor("a", 'x'));
  scratch.write("2.safetensors", one_tensor("b", 'x'));
  CHECK_THAT(refusal(scratch), Contains("tensor \"a\" is said to lie in \"2.safetensors\""));
}

TEST_CASE("a shard outside the folder is refused") {
  const Scratch scratch;
  for (const char* name :
       {"../1.safetensors", "/etc/1.safetensors", "a/1.safetensors", "..", "", "passwd", R"(1\u0000.safetensors)"}) {
    write_index(scratch, R"({"a": ")" + std::string(name) + R"("})");
    CHECK_THAT(refusal(scratch), Contains("is not the name of a .safetensors file in this folder"));
  }
}

TEST_CASE("an index that is not one is refused") {
  const Scratch scratch;
  for (const char* weight_map : {"[]", "{\"a\": 1}", "{}", "{\"a\": \"1.safetensors\", \"a\": \"2.safetensors\"}"}) {
    write_index(scratch, weight_map);
    CHECK_THAT(refusal(scratch), Contains("model.safetensors.index.json"));
  }
}

TEST_CASE("the only .safetensors of a folder is taken, two are refused") {
  const Scratch scratch;
  scratch.write("weights.safetensors", one_tensor("a", 'x'));
  CHECK(Checkpoint(scratch.path("")).names().size() == 1);
  scratch.write("more.safetensors", one_tensor("b", 'x'));
  CHECK_THAT(refusal(scratch), Contains("2 .safetensors files"));
}

TEST_CASE("a folder of PyTorch weights is refused with the way to convert them") {
  const Scratch scratch;
  scratch.write("pytorch_model.bin", "PK");
  CHECK_THAT(refusal(scratch), Contains("PyTorch weights") && Contains("save_pretrained"));
}

TEST_CASE("an empty folder, a file and nothing at all are refused") {
  const Scratch scratch;
  CHECK_THAT(refusal(scratch), Contains("holds no weights"));
  const std::filesystem::path file = scratch.write("model.safetensors", one_tensor("a", 'x'));
  CHECK_THAT(message_of([&] { Checkpoint checkpoint(file); }), Contains("is not a folder"));
  CHECK_THAT(message_of([&] { Checkpoint checkpoint(scratch.path("none")); }), Contains("is not a folder"));
}

TEST_CASE("a broken weight file is reported with its path") {
  const Scratch scratch;
  scratch.write("model.safetensors", one_tensor("a", 'x').substr(0, 20));
  CHECK_THAT(refusal(scratch), Contains("model.safetensors: the header ends at byte"));
}

TEST_CASE("the hash of a checkpoint is XXH3-128 of its files in order") {
  const Scratch scratch;
  const std::string first = one_tensor("a", 'x');
  const std::string second = one_tensor("b", 'y');
  scratch.write("1.safetensors", first);
  scratch.write("2.safetensors", second);
  write_index(scratch, R"({"a": "1.safetensors", "b": "2.safetensors"})");
  ContentHash expected;
  expected.add(first + second);
  CHECK(Checkpoint(scratch.path("")).hash() == expected.text());
}

TEST_CASE("XXH3-128 of nothing and of 'abc' are the published values") {
  // Seed 0, as xxh128sum prints them; fixed since xxHash 0.8.0.
  CHECK(ContentHash().text() == "xxh3-128:99aa06d3014798d86001c324468d497f");
  ContentHash hash;
  hash.add("a");
  hash.add("bc");
  CHECK(hash.text() == "xxh3-128:06b05ab6733a618578af5f94892f3950");
}

TEST_CASE("a released tensor can still be read; one of another checkpoint is refused") {
  const Scratch scratch;
  scratch.write("model.safetensors", one_tensor("a", 'x'));
  const Checkpoint checkpoint(scratch.path(""));
  checkpoint.release(checkpoint.at("a"));
  CHECK(values<std::int32_t>(checkpoint.at("a")) == std::vector<std::int32_t>{'x'});
  CHECK_THROWS_AS(checkpoint.release(TensorInfo{"b", DType::u8, {}, {}}), Error);
}

TEST_CASE("a weight report names ten of each kind and counts the rest") {
  WeightReport report;
  std::ostringstream none;
  none << report;
  CHECK(none.str().empty());
  CHECK(report.empty());
  for (int i = 0; i < 12; ++i) report.missing.push_back("layers." + std::to_string(i));
  report.unused = {"lm_head.bias"};
  std::ostringstream text;
  text << report;
  CHECK_THAT(text.str(), Contains("missing from the checkpoint (12):\n  layers.0\n") &&
                             Contains("  layers.9\n  ... and 2 more\n") &&
                             Contains("in the checkpoint but not used (1):\n  lm_head.bias\n"));
}
