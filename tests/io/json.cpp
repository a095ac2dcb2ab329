// JSON without a silent choice: every departure from the standard is an error that names the place.
#include "neuroglot/io/json.hpp"

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

TEST_CASE("a key given twice in one object is refused, in two objects it is not") {
  CHECK_THAT(message_of([] { parse_json(R"({"a": 1, "b": {"c": 1, "c": 2}})", "f.json"); }),
             Contains("f.json") && Contains("\"c\" is given twice"));
  CHECK(parse_json(R"([{"a": {"a": 1}}, {"a": 2}])", "f.json")[1]["a"] == 2);
}

TEST_CASE("broken JSON is reported with its place and the parser's reason on one line") {
  const std::string message = message_of([] { parse_json("{\"a\":\n 1,,}", "f.json"); });
  CHECK_THAT(message, Contains("f.json: is not JSON: parse error at line 2"));
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("text after the value, a NUL after the value, invalid UTF-8 and a number out of range are refused") {
  CHECK_THROWS_AS(parse_json("{} {}", "f"), Error);
  CHECK_THROWS_AS(parse_json(std::string_view("{}\0garbage", 10), "f"), Error);
  CHECK_THROWS_AS(parse_json("\"\xff\"", "f"), Error);
  CHECK_THROWS_AS(parse_json("1e999", "f"), Error);
  CHECK_THROWS_AS(parse_json("", "f"), Error);
}

TEST_CASE("nesting a million deep neither crashes nor passes for valid") {
  CHECK_THROWS_AS(parse_json(std::string(1'000'000, '['), "f"), Error);
  CHECK(parse_json(std::string(100'000, '[') + std::string(100'000, ']'), "f").is_array());
}

TEST_CASE("a file's JSON is read, and its path opens the message when it is broken") {
  const Scratch scratch;
  CHECK(read_json(scratch.write("good.json", R"({"hidden_size": 576})"))["hidden_size"] == 576);
  CHECK_THAT(message_of([&] { read_json(scratch.write("bad.json", "{")); }), Contains("bad.json: is not JSON"));
}

TEST_CASE("names are quoted on one line and cut when they are long") {
  CHECK(in_quotes("a\nb\"") == R"("a\nb\"")");
  CHECK(in_quotes(std::string(500, 'x')).size() == 200 + 5);
}
