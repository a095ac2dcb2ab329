// Tables as TSV and JSON: whatever is put in can be told from the text.
#include "neuroglot/io/table.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "scratch.hpp"

using namespace neuroglot;

TEST_CASE("a table is written as TSV, a line a row") {
  Table table({"language", "ppl", "tokens"});
  table.add("fr", 7.25, 20480);
  table.add(std::string("zh"), 0.1, std::size_t{3});
  CHECK(to_tsv(table) == "language\tppl\ttokens\nfr\t7.25\t20480\nzh\t0.1\t3\n");
}

TEST_CASE("tabs, line ends and backslashes in a text do not break the table") {
  Table table({"a\tb"});
  table.add("x\ty\nz\r\\");
  CHECK(to_tsv(table) == "a\\tb\nx\\ty\\nz\\r\\\\\n");
}

TEST_CASE("a double's text is short and reads back as the same double") {
  CHECK(shortest_text(0.1) == "0.1");
  CHECK(shortest_text(1.0) == "1");
  CHECK(shortest_text(0.1 + 0.2) == "0.30000000000000004");
  for (const double value : {1.0 / 3, 5e-324, std::numeric_limits<double>::max(), -0.0, 1e23})
    CHECK(std::strtod(shortest_text(value).c_str(), nullptr) == value);
  CHECK(shortest_text(NAN) == "nan");
  CHECK(shortest_text(-INFINITY) == "-inf");
}

TEST_CASE("a table is written as a JSON array with an object a row, columns in order") {
  Table table({"z", "a", "n"});
  table.add("é\n", 0.1, -3);
  table.add("", NAN, std::numeric_limits<std::int64_t>::max());
  const auto read = nlohmann::ordered_json::parse(to_json(table));
  CHECK(read[0].begin().key() == "z");
  CHECK(read[0]["z"] == "é\n");
  CHECK(read[0]["a"] == 0.1);
  CHECK(read[1]["a"].is_null());
  CHECK(read[1]["n"] == std::numeric_limits<std::int64_t>::max());
  CHECK(to_json(Table({"a"})) == "[]\n");
}

TEST_CASE("a row of the wrong width, a column given twice and a number beyond 64 bits are refused") {
  Table table({"a", "b"});
  CHECK_THROWS_AS(table.add("x"), Error);
  CHECK_THROWS_AS(table.add(1, std::numeric_limits<std::uint64_t>::max()), Error);
  CHECK_THROWS_AS(Table({"a", "a"}), Error);
  CHECK_THROWS_AS(Table({}), Error);
}

TEST_CASE("a text that is not UTF-8 can not become JSON") {
  Table table({"a"});
  table.add("\xff");
  CHECK_THROWS_AS(to_json(table), Error);
}

TEST_CASE("tables are written to files") {
  const Scratch scratch;
  Table table({"a"});
  table.add(1);
  write_tsv(scratch.path("t.tsv"), table);
  write_json(scratch.path("t.json"), table);
  CHECK(read_back(scratch.path("t.tsv")) == "a\n1\n");
  CHECK(nlohmann::json::parse(read_back(scratch.path("t.json"))) == nlohmann::json::parse(R"([{"a": 1}])"));
}
