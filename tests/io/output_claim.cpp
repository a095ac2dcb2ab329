// One run at a time writes a file.
#include "neuroglot/io/output_claim.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <optional>

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

TEST_CASE("a second run of the same output is refused, and told who writes it") {
  const Scratch folder;
  const auto out = folder.path("out.json");
  std::optional<OutputClaim> claim(out);
  CHECK_THROWS_WITH(OutputClaim(out),
                    Contains("out.json: another run is writing it (process " + std::to_string(::getpid()) + " holds"));
  const OutputClaim another(folder.path("other.json"));
  claim.reset();
  CHECK_FALSE(std::filesystem::exists(folder.path("out.json.lock")));
  const OutputClaim next(out);
  CHECK(std::filesystem::exists(folder.path("out.json.lock")));
}

TEST_CASE("what a killed run leaves keeps nobody out") {
  const Scratch folder;
  const auto out = folder.path("out.json");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const OutputClaim claim(out);
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(std::filesystem::exists(folder.path("out.json.lock")));
  { const OutputClaim claim(out); }
  CHECK(files_in(folder.path("")) == 0);
}

TEST_CASE("a lock's name that is a link is refused, and what it points to stays as it was") {
  const Scratch folder;
  const auto precious = folder.write("precious", "data");
  std::filesystem::create_symlink(precious, folder.path("out.json.lock"));
  CHECK_THROWS_WITH(OutputClaim(folder.path("out.json")), Contains("out.json.lock: could not be written"));
  CHECK(read_back(precious) == "data");
}

TEST_CASE("what can not be replaced is not claimed; what can not be written is refused") {
  const OutputClaim one("/dev/null");
  const OutputClaim two("/dev/null");
  CHECK_FALSE(std::filesystem::exists("/dev/null.lock"));
  CHECK_THROWS_WITH(OutputClaim("/nowhere/out"), Contains("could not be written"));
}
