// Lines that an interrupted run leaves.
#include "neuroglot/io/line_log.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

TEST_CASE("nothing is written before there is a line") {
  const Scratch folder;
  { const LineLog log(folder.path("log"), "run 1", false); }
  CHECK_FALSE(std::filesystem::exists(folder.path("log")));
}

TEST_CASE("a log is gone on with; a line that was cut off is left out") {
  const Scratch folder;
  const auto path = folder.write("log", "run 1\na\nb\nc that was cut o");
  LineLog log(path, "run 1", true);
  REQUIRE(log.left().size() == 2);
  CHECK(log.left()[1].text == "b");
  CHECK(log.left()[1].place == path.string() + ":3");
  log.add("c");
  CHECK(read_back(path) == "run 1\na\nb\nc\n");
}

TEST_CASE("without resume a log begins anew") {
  const Scratch folder;
  const auto path = folder.write("log", "run 1\na\n");
  LineLog log(path, "run 2", false);
  CHECK(log.left().empty());
  log.add("x");
  CHECK(read_back(path) == "run 2\nx\n");
}

TEST_CASE("another run's log is refused, and one whose first line was cut off") {
  const Scratch folder;
  const auto path = folder.write("log", "run 1\na\n");
  CHECK_THROWS_WITH(LineLog(path, "run 2", true), Contains("without --resume"));
  folder.write("log", "run 1");
  CHECK_THROWS_WITH(LineLog(path, "run 1", true), Contains("without --resume"));
}
