// Files as memory, and the reasons why one can not be had.
#include "neuroglot/io/mapped_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;

namespace {

// Pages of the mapping that are in this process's memory, from /proc (mincore would count the page cache too).
long resident_kib(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) inside = from <= wanted && wanted < to;
    if (inside && line.starts_with("Rss:")) return std::stol(line.substr(4));
  }
  return -1;
}

}  // namespace

TEST_CASE("a mapped file shows the file's bytes") {
  const Scratch scratch;
  const MappedFile file(scratch.write("a", std::string("x\0y", 3)));
  CHECK(std::ranges::equal(file.bytes(), bytes_of(std::string_view("x\0y", 3))));
}

TEST_CASE("a mapped file that is moved keeps its bytes where they are") {
  const Scratch scratch;
  MappedFile file(scratch.write("a", "abc"));
  const std::byte* const before = file.bytes().data();
  MappedFile moved(std::move(file));
  CHECK(moved.bytes().data() == before);
  CHECK(file.bytes().empty());
  MappedFile other(scratch.write("b", "d"));
  other = std::move(moved);
  CHECK(other.bytes().data() == before);
}

TEST_CASE("a missing file, a folder, a device and an empty file are told apart") {
  const Scratch scratch;
  CHECK_THAT(message_of([&] { MappedFile(scratch.path("none")); }), Contains("none") && Contains("No such file"));
  CHECK_THAT(message_of([&] { MappedFile(scratch.path("")); }), Contains("is a folder"));
  CHECK_THAT(message_of([&] { MappedFile("/dev/null"); }), Contains("not a regular file"));
  CHECK_THAT(message_of([&] { MappedFile(scratch.write("void", "")); }), Contains("void: the file is empty"));
}

TEST_CASE("a pipe is refused at once, without waiting for somebody to write to it") {
  const Scratch scratch;
  REQUIRE(::mkfifo(scratch.path("pipe").c_str(), 0600) == 0);
  CHECK_THAT(message_of([&] { MappedFile(scratch.path("pipe")); }), Contains("not a regular file"));
}

TEST_CASE("released bytes leave memory and can still be read") {
  const Scratch scratch;
  const std::string content(std::size_t{4} << 20, 'q');
  const MappedFile file(scratch.write("big", content));
  CHECK(std::ranges::count(file.bytes(), std::byte{'q'}) == static_cast<std::ptrdiff_t>(content.size()));
  CHECK(resident_kib(file.bytes().data()) == 4096);
  file.release(file.bytes());
  CHECK(resident_kib(file.bytes().data()) == 0);
  CHECK(file.bytes()[12345] == std::byte{'q'});
}

TEST_CASE("a release gives back whole pages inside the range only") {
  const Scratch scratch;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const MappedFile file(scratch.write("big", std::string(4 * page, 'q')));
  CHECK(std::ranges::count(file.bytes(), std::byte{'q'}) == static_cast<std::ptrdiff_t>(4 * page));
  file.release(file.bytes().subspan(1, 2 * page));  // page 1 is inside, pages 0 and 2 are not wholly
  CHECK(resident_kib(file.bytes().data()) == static_cast<long>(3 * page / 1024));
}

TEST_CASE("releasing the bytes of another file is refused") {
  const Scratch scratch;
  const MappedFile file(scratch.write("a", "abc"));
  const std::string other = "elsewhere";
  CHECK_THROWS_AS(file.release(bytes_of(other)), Error);
  CHECK_NOTHROW(file.release({}));
}
