// Arrays written as safetensors and read back, byte for byte.
#include "neuroglot/io/safetensors_writer.hpp"

#include <algorithm>
#include <limits>

#include "neuroglot/io/safetensors.hpp"
#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

template <class Elements>
concept Writable = requires(SafetensorsWriter writer, Elements&& elements) {
  writer.add("x", std::forward<Elements>(elements), {1});
};
static_assert(Writable<const std::vector<float>&> && Writable<std::span<const float>>);
static_assert(!Writable<std::vector<float>>, "a temporary would not live until write()");

TEST_CASE("arrays of every written type come back bit for bit, with shapes and metadata") {
  const Scratch scratch;
  const std::vector<std::int64_t> counts = {1, -2, std::numeric_limits<std::int64_t>::max(), 4, 5, 6};
  const std::vector<double> sums = {0.1, -0.0, std::numeric_limits<double>::infinity()};
  const std::vector<float> rows = {1.5f, 2.5f};
  const std::vector<bf16> halves = {bf16(3.0f)};
  const std::vector<std::uint8_t> flags = {0, 1, 255};
  SafetensorsWriter writer;
  writer.add("flags", flags, {3});
  writer.add("count", std::span(counts), {1, 2, 3});
  writer.add("sum", sums, {3});
  writer.add("rows", rows, {2, 1});
  writer.add("halves", halves, {});
  writer.metadata = {{"languages", "en fr zh-中"}, {"note", "a \"quote\"\nand a line"}};
  writer.write(scratch.path("s.safetensors"));

  const SafetensorsFile file(scratch.path("s.safetensors"));
  CHECK(values<std::int64_t>(file.at("count")) == counts);
  CHECK(file.at("count").shape == std::vector<Index>{1, 2, 3});
  CHECK(std::ranges::equal(file.at("sum").bytes, std::as_bytes(std::span(sums))));
  CHECK(values<float>(file.at("rows")) == rows);
  CHECK(values<bf16>(file.at("halves"))[0].bits == halves[0].bits);
  CHECK(file.at("halves").shape.empty());
  CHECK(values<std::uint8_t>(file.at("flags")) == flags);
  CHECK(file.metadata() == writer.metadata);
  CHECK(files_in(scratch.path("")) == 1);
}

TEST_CASE("the data starts at a multiple of 64 bytes and every tensor at one of its element size") {
  const Scratch scratch;
  const std::vector<std::uint8_t> bytes = {1, 2, 3};
  const std::vector<float> reals = {4};
  const std::vector<double> doubles = {5};
  SafetensorsWriter writer;
  writer.add("bytes", bytes, {3});
  writer.add("reals", reals, {1});
  writer.add("doubles", doubles, {1});
  CHECK(writer.header().size() % 64 == 0);
  writer.write(scratch.path("s.safetensors"));
  const SafetensorsFile file(scratch.path("s.safetensors"));
  for (const TensorInfo& tensor : file.tensors())
    CHECK(static_cast<std::size_t>(tensor.bytes.data() - file.bytes().data()) % info(tensor.dtype).bytes == 0);
}

TEST_CASE("a file without tensors or metadata can be written and read") {
  const Scratch scratch;
  SafetensorsWriter().write(scratch.path("s.safetensors"));
  CHECK(SafetensorsFile(scratch.path("s.safetensors")).tensors().empty());
}

TEST_CASE("the same arrays give the same bytes") {
  const std::vector<float> rows = {1, 2};
  SafetensorsWriter a;
  a.add("x", rows, {2});
  a.metadata["k"] = "v";
  SafetensorsWriter b;
  b.metadata["k"] = "v";
  b.add("x", rows, {2});
  CHECK(a.header() == b.header());
}

TEST_CASE("a shape that is not the array's, a name given twice, and the reserved name are refused") {
  const std::vector<float> rows = {1, 2};
  SafetensorsWriter writer;
  writer.add("x", rows, {2});
  CHECK_THAT(message_of([&] { writer.add("y", rows, {3}); }), Contains("\"y\"") && Contains("needs 12 bytes, 8 given"));
  CHECK_THROWS_AS(writer.add("y", rows, {-1, -2}), Error);
  CHECK_THROWS_AS(writer.add("y", rows, {Index{1} << 62, 4}), Error);
  CHECK_THAT(message_of([&] { writer.add("x", rows, {2}); }), Contains("given twice"));
  CHECK_THAT(message_of([&] { writer.add("__metadata__", rows, {2}); }), Contains("reserved"));
}

TEST_CASE("metadata that are not UTF-8 are refused and no file appears") {
  const Scratch scratch;
  SafetensorsWriter writer;
  writer.metadata["k"] = "\xff";
  CHECK_THROWS_AS(writer.write(scratch.path("s.safetensors")), Error);
  CHECK(files_in(scratch.path("")) == 0);
}

TEST_CASE("metadata beyond the 100 MB that readers accept are refused") {
  SafetensorsWriter writer;
  writer.metadata["k"] = std::string(100'000'000, 'x');
  CHECK_THROWS_AS(writer.header(), Error);
}
