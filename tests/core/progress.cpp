// The progress line, as something that is not a terminal sees it.
#include "neuroglot/core/progress.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <string>

using namespace neuroglot;

namespace {

/// What body() writes to stderr.
template <class Body>
std::string stderr_of(Body&& body) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::fflush(stderr);
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  body();
  std::fflush(stderr);
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(ends[1]);
  std::string written;
  std::array<char, 4096> part;
  for (ssize_t n; (n = ::read(ends[0], part.data(), part.size())) > 0;)
    written.append(part.data(), static_cast<std::size_t>(n));
  ::close(ends[0]);
  return written;
}

}  // namespace

TEST_CASE("off a terminal a short job is one line: label, bar, percentage, amounts") {
  const std::string line = stderr_of([] {
    Progress progress("recording fr", 200, "tokens");
    for (int i = 0; i < 200; ++i) progress.add(1);
  });
  CHECK_THAT(line, Catch::StartsWith("recording fr") &&
                       Catch::Contains("[########################] 100% 200/200 tokens") &&
                       Catch::Contains("took 0:00"));
  CHECK(std::count(line.begin(), line.end(), '\n') == 1);
  CHECK(line.find('\r') == std::string::npos);
}

TEST_CASE("work of an earlier run is part of the bar") {
  const std::string line = stderr_of([] {
    Progress progress("resumed", 100, "tokens");
    progress.skip(50);
  });
  CHECK_THAT(line, Catch::Contains("[############............]  50% 50/100"));
}

TEST_CASE("a total that was too small is not shown as more than 100%") {
  const std::string line = stderr_of([] {
    Progress progress("p", 10, "tokens");
    progress.add(25);
  });
  CHECK_THAT(line, Catch::Contains("100% 25/10"));
}

TEST_CASE("quiet is silent") {
  CHECK(stderr_of([] {
          Progress progress("p", 10, "tokens", true);
          progress.add(10);
        }).empty());
}
