// A file is whole or absent, whatever goes wrong while it is written.
#include "neuroglot/io/atomic_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "neuroglot/io/safetensors_writer.hpp"
#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

/// No file of this process may grow beyond `bytes`: what a full disk looks like to a program.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limited{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("a written file holds its content and leaves no other file") {
  const Scratch scratch;
  write_file(scratch.path("a.tsv"), "one");
  write_file(scratch.path("a.tsv"), "two");
  CHECK(read_back(scratch.path("a.tsv")) == "two");
  CHECK(files_in(scratch.path("")) == 1);
}

TEST_CASE("until it is committed a file is not there, and abandoned it leaves nothing") {
  const Scratch scratch;
  {
    AtomicFile file(scratch.path("a"));
    file.write("half");
    CHECK_FALSE(std::filesystem::exists(scratch.path("a")));
    CHECK(std::filesystem::exists(scratch.path("a.tmp." + std::to_string(::getpid()))));
  }
  CHECK(files_in(scratch.path("")) == 0);
}

TEST_CASE("a disk that fills up leaves the earlier file whole and names path and reason") {
  const Scratch scratch;
  scratch.write("stats.safetensors", "the earlier result");
  const std::vector<double> sums(100'000, 1.0);
  SafetensorsWriter writer;
  writer.add("sum", sums, {100'000});
  const FileSizeLimit limit(100'000);
  CHECK_THAT(message_of([&] { writer.write(scratch.path("stats.safetensors")); }),
             Contains("stats.safetensors: could not be written") && Contains("File too large"));
  CHECK(read_back(scratch.path("stats.safetensors")) == "the earlier result");
  CHECK(files_in(scratch.path("")) == 1);
}

TEST_CASE("a missing folder, a path below a file, and a folder in the way are named") {
  const Scratch scratch;
  scratch.write("file", "x");
  CHECK_THAT(message_of([&] { write_file(scratch.path("none/a"), "x"); }),
             Contains("none/a") && Contains("No such file"));
  CHECK_THAT(message_of([&] { write_file(scratch.path("file/a"), "x"); }),
             Contains("file/a") && Contains("Not a directory"));
  CHECK_THAT(message_of([&] { write_file(scratch.path(""), "x"); }), Contains("it is a folder"));
  CHECK_THROWS_AS(write_file("", "x"), Error);
}

TEST_CASE("a full device is an error, and stays a device") {
  CHECK_THAT(message_of([] { write_file("/dev/full", "x"); }), Contains("/dev/full") && Contains("No space left"));
  write_file("/dev/null", "x");
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("a link is followed: the file it names is replaced") {
  const Scratch scratch;
  scratch.write("target", "old");
  std::filesystem::create_symlink("target", scratch.path("link"));
  write_file(scratch.path("link"), "new");
  CHECK(std::filesystem::is_symlink(scratch.path("link")));
  CHECK(read_back(scratch.path("target")) == "new");
}
