// Safetensors files: one as Python writes it, and every way in which one can be broken.
#include "neuroglot/io/safetensors.hpp"

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;
using namespace std::string_literals;

namespace {

// What Python's safetensors 0.8 writes for save_file({"b": tensor([1., -2.]), "a": tensor([[7, -1]])}, f, {"format":
// "pt"}).
const std::string python_file =
    "\x90\0\0\0\0\0\0\0"s
    R"({"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},)"
    R"("b":{"dtype":"F32","shape":[2],"data_offsets":[16,24]}} )"
    "\x07\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s
    "\0\0\x80\x3f\0\0\0\xc0"s;

SafetensorsContent parse(std::string_view file) {
  return parse_safetensors(bytes_of(file), "f.safetensors");
}

std::string refusal(std::string_view header, std::string_view data = "") {
  const std::string file = safetensors_bytes(header, data);
  return message_of([&] { parse(file); });
}

}  // namespace

TEST_CASE("a file written by Python is read with its names, shapes, values and metadata") {
  const SafetensorsContent content = parse(python_file);
  REQUIRE(content.tensors.size() == 2);
  CHECK(content.tensors[0].name == "a");
  CHECK(content.tensors[0].shape == std::vector<Index>{1, 2});
  CHECK(values<std::int64_t>(content.tensors[0]) == std::vector<std::int64_t>{7, -1});
  CHECK(values<float>(content.tensors[1]) == std::vector<float>{1, -2});
  CHECK(content.metadata == std::map<std::string, std::string>{{"format", "pt"}});
}

TEST_CASE("every prefix of a file is refused") {
  for (std::size_t size = 0; size < python_file.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(parse(python_file.substr(0, size)), Error);
  }
}

TEST_CASE("a byte changed anywhere is refused or still a whole file, never a crash") {
  for (std::size_t at = 0; at < python_file.size(); ++at)
    for (const char change : {'\0', '\xff', '"', '9', '-', '}'}) {
      std::string file = python_file;
      file[at] = change;
      try {
        std::size_t covered = 0;
        for (const TensorInfo& tensor : parse(file).tensors) covered += tensor.bytes.size();
        CHECK(covered <= 24);
      } catch (const Error& failure) {
        CHECK_THAT(failure.what(), Contains("f.safetensors"));
      }
    }
}

TEST_CASE("a truncated header is reported with the file's size") {
  CHECK_THAT(message_of([] { parse(python_file.substr(0, 100)); }),
             Contains("header ends at byte 152, the file at byte 100"));
  CHECK_THAT(message_of([] { parse("abc"); }), Contains("only 3 bytes"));
}

TEST_CASE("a header beyond 100 MB is refused before it is looked at") {
  CHECK_THAT(message_of([] { parse("\xff\xff\xff\xff\xff\xff\xff\xff"s); }),
             Contains("18446744073709551615 bytes long"));
  CHECK_THAT(message_of([] { parse("\x01\xe1\xf5\x05\0\0\0\0"s); }), Contains("100000001 bytes long"));
  CHECK_THAT(message_of([] { parse("\0\xe1\xf5\x05\0\0\0\0"s); }), Contains("truncated"));
}

TEST_CASE("a header that is not an object in JSON is refused") {
  CHECK_THAT(refusal(""), Contains("does not start with {"));
  CHECK_THAT(refusal(" {}"), Contains("does not start with {"));
  CHECK_THAT(refusal("[]"), Contains("does not start with {"));
  CHECK_THAT(refusal("{"), Contains("the header: is not JSON"));
  CHECK_THAT(refusal("{\"\xff\": 1}"), Contains("the header: is not JSON"));
  CHECK_THAT(refusal("{}\0\0\0\0\0\0"s), Contains("the header: is not JSON"));
  CHECK_THAT(refusal("{} {}"), Contains("the header: is not JSON"));
}

TEST_CASE("a header padded with spaces, and one without tensors, are valid") {
  CHECK(parse(safetensors_bytes("{}      ", "")).tensors.empty());
  CHECK(parse(safetensors_bytes("{}", "")).tensors.empty());
}

TEST_CASE("a tensor named twice is refused") {
  CHECK_THAT(
      refusal(
          R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
          "xy"),
      Contains("\"a\" is given twice"));
}

TEST_CASE("an entry without dtype, shape or data_offsets, or with wrong ones, is refused by name") {
  CHECK_THAT(refusal(R"({"a":1})"), Contains("tensor \"a\": its entry in the header is not an object"));
  CHECK_THAT(refusal(R"({"a":{"shape":[],"data_offsets":[0,0]}})"), Contains("tensor \"a\": dtype is missing"));
  CHECK_THAT(refusal(R"({"a":{"dtype":7,"shape":[],"data_offsets":[0,0]}})"), Contains("dtype"));
  CHECK_THAT(refusal(R"({"a":{"dtype":"U8","data_offsets":[0,0]}})"), Contains("shape is missing"));
  CHECK_THAT(refusal(R"({"a":{"dtype":"U8","shape":[]}})"), Contains("data_offsets is missing"));
  CHECK_THAT(refusal(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[1]}})"), Contains("not a begin and an end"));
  CHECK_THAT(refusal(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[1,0]}})"), Contains("not a begin and an end"));
  for (const char* extent : {"-1", "1.0", "1e0", "\"1\"", "null", "18446744073709551616", "9223372036854775808"})
    CHECK_THAT(refusal(R"({"a":{"dtype":"U8","shape":[)"s + extent + R"(],"data_offsets":[0,1]}})", "x"),
               Contains("shape holds something that is not a non-negative integer"));
}

TEST_CASE("a shape that does not agree with the bytes is refused, also when its size overflows") {
  CHECK_THAT(refusal(R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}})", std::string(20, 'x')),
             Contains("F32 [2, 3] needs 24 bytes") && Contains("give 20"));
  // 2^32 * 2^32 * 4 is 0 modulo 2^64.
  CHECK_THAT(refusal(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"),
             Contains("more bytes than can be counted"));
}

TEST_CASE("tensors that overlap, leave a hole, or run past the data are refused with the byte") {
  const auto two = [](int begin, int end) {
    return text_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[)", end - begin,
                   R"(],"data_offsets":[)", begin, ",", end, "]}}");
  };
  CHECK(parse(safetensors_bytes(two(2, 4), "wxyz")).tensors.size() == 2);
  CHECK_THAT(refusal(two(1, 4), "wxyz"), Contains("\"b\" begins at byte 1") && Contains("they overlap"));
  CHECK_THAT(refusal(two(3, 4), "wxyz"), Contains("\"b\" begins at byte 3") && Contains("there is a hole"));
  CHECK_THAT(refusal(two(2, 5), "wxyz"), Contains("\"b\" ends at byte 5 of the data, which has 4 bytes"));
  CHECK_THAT(refusal(two(2, 3), "wxyz"), Contains("the file holds 1 bytes more"));
  CHECK_THAT(refusal("{}", "x"), Contains("the file holds 1 bytes more"));
}

TEST_CASE("scalars and empty tensors are tensors") {
  const std::string file = safetensors_bytes(
      R"({"e":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"s":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})",
      "\x09");
  const SafetensorsContent content = parse(file);
  REQUIRE(content.tensors.size() == 2);
  CHECK(values<float>(content.tensors[0]).empty());
  CHECK(values<std::int32_t>(content.tensors[1]) == std::vector<std::int32_t>{9});
}

TEST_CASE("tensors come in the order of their data, not of the header") {
  const std::string file = safetensors_bytes(
      R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"z":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
      "xy");
  CHECK(parse(file).tensors[0].name == "z");
}

TEST_CASE("metadata that are not strings are refused") {
  CHECK_THAT(refusal(R"({"__metadata__":{"n":1}})"), Contains("__metadata__ key \"n\" is not a string"));
  CHECK_THAT(refusal(R"({"__metadata__":[]})"), Contains("__metadata__ is not an object"));
}

TEST_CASE("a tensor of an unknown type is listed and refused when it is asked for") {
  const Scratch scratch;
  const SafetensorsFile file(
      scratch.write("f8.safetensors", safetensors_bytes(R"({"q":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},)"
                                                        R"("w":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                                                        "xyz")));
  REQUIRE(file.unsupported().size() == 1);
  CHECK(file.unsupported()[0].dtype == "F8_E4M3");
  CHECK(file.unsupported()[0].bytes == 2);
  CHECK_THAT(message_of([&] { (void)file.find("q"); }),
             Contains("tensor \"q\" holds \"F8_E4M3\"") && Contains("convert"));
  CHECK(file.at("w").elements() == 1);
}

TEST_CASE("a file's tensors are found by name, also after the file object has moved") {
  const Scratch scratch;
  SafetensorsFile file(scratch.write("p.safetensors", python_file));
  const SafetensorsFile moved(std::move(file));
  CHECK(values<float>(moved.at("b")) == std::vector<float>{1, -2});
  CHECK(moved.find("c") == nullptr);
  CHECK_THAT(message_of([&] { (void)moved.at("c"); }), Contains("p.safetensors: there is no tensor \"c\""));
  CHECK(moved.metadata().at("format") == "pt");
}

TEST_CASE("a tensor's name with a line end does not break the message's line") {
  const std::string message = refusal(R"({"a\nb":1})");
  CHECK_THAT(message, Contains(R"("a\nb")"));
  CHECK(message.find('\n') == std::string::npos);
}
