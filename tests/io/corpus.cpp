// Corpora: the same documents out of every container, and a name for everything that is wrong with one.
#include "neuroglot/io/corpus.hpp"

#include <zlib.h>

#include "scratch.hpp"

using namespace neuroglot;
using Catch::Contains;
using namespace std::string_literals;

namespace {

using Documents = std::vector<std::string>;

Documents documents(const std::filesystem::path& path) {
  CorpusReader reader({"fr", path});
  Documents all;
  for (std::string document; reader.next(document);) all.push_back(document);
  CHECK(reader.documents() == static_cast<std::int64_t>(all.size()));
  return all;
}

std::string refusal(const std::filesystem::path& path) {
  return message_of([&] { documents(path); });
}

std::string gzipped(const Scratch& scratch, std::string_view content) {
  const std::string name = scratch.path("packed").string();
  const gzFile file = ::gzopen(name.c_str(), "wb");
  REQUIRE(::gzwrite(file, content.data(), static_cast<unsigned>(content.size())) == static_cast<int>(content.size()));
  REQUIRE(::gzclose(file) == Z_OK);
  const std::string packed = read_back(name);
  std::filesystem::remove(name);
  return packed;
}

}  // namespace

TEST_CASE("documents of a text are separated by blank lines and keep their own line ends") {
  const Scratch scratch;
  CHECK(documents(scratch.write("a.txt", "\n\none\ntwo\n \t\n\u3000\nthree  \n\n\n four")) ==
        Documents{"one\ntwo", "three  ", " four"});
}

TEST_CASE("a byte order mark is skipped, once, and CR LF is a line end") {
  const Scratch scratch;
  CHECK(documents(scratch.write("a.txt", "\ufeffone\r\ntwo\r\n\r\n\ufeffthree\r\n")) ==
        Documents{"one\ntwo", "\ufeffthree"});
  CHECK(documents(scratch.write("b.txt", "a\rb\n")) == Documents{"a\rb"});
}

TEST_CASE("documents of a .jsonl are the text of each line") {
  const Scratch scratch;
  CHECK(documents(scratch.write("a.jsonl",
                                "{\"text\": \"one\\n\\ntwo\", \"id\": 7}\n\n{\"id\": 8, \"text\": \"\\u00e9\"}")) ==
        Documents{"one\n\ntwo", "é"});
}

TEST_CASE("a .jsonl document of white space alone is no document, as in a text") {
  const Scratch scratch;
  CHECK(documents(scratch.write("a.jsonl", "{\"text\": \"\"}\n{\"text\": \" \\n\"}\n{\"text\": \"x\"}\n")) ==
        Documents{"x"});
}

TEST_CASE("a line of a .jsonl without a string text is refused with file and line") {
  const Scratch scratch;
  for (const char* bad :
       {"{}", "[]", "7", "{\"text\": 1}", "{\"text\": null}", "{\"text\": \"a\"", "{\"text\": \"a\", \"text\": \"b\"}"})
    CHECK_THAT(refusal(scratch.write("a.jsonl", "{\"text\": \"x\"}\n\n"s + bad + "\n")), Contains("a.jsonl:3"));
}

TEST_CASE("gzip is read by its content, with and without the name") {
  const Scratch scratch;
  const std::string packed = gzipped(scratch, "one\n\ntwo\n");
  CHECK(documents(scratch.write("a.txt.gz", packed)) == Documents{"one", "two"});
  CHECK(documents(scratch.write("a.txt", packed)) == Documents{"one", "two"});
  CHECK(documents(scratch.write("a.jsonl.gz", gzipped(scratch, "{\"text\": \"x\"}\n"))) == Documents{"x"});
  CHECK(documents(scratch.write("two.txt.gz", packed + packed)) == Documents{"one", "two\none", "two"});
}

TEST_CASE("a gzip stream that ends early is refused wherever it is cut") {
  const Scratch scratch;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n\n";
  const std::string packed = gzipped(scratch, text);
  for (const std::size_t size :
       {packed.size() - 1, packed.size() - 8, packed.size() / 2, std::size_t{20}, std::size_t{5}, std::size_t{0}}) {
    CAPTURE(size);
    CHECK_THAT(refusal(scratch.write("a.txt.gz", packed.substr(0, size))), Contains("a.txt.gz"));
  }
  CHECK_THAT(refusal(scratch.write("a.txt.gz", packed.substr(0, packed.size() / 2))), Contains("truncated"));
}

TEST_CASE("a damaged gzip stream and a .gz that is not gzip are refused") {
  const Scratch scratch;
  std::string packed = gzipped(scratch, "one\n\ntwo\n");
  packed[packed.size() - 6] ^= 1;  // in the CRC-32
  CHECK_THAT(refusal(scratch.write("a.txt.gz", packed)), Contains("incorrect data check"));
  CHECK_THAT(refusal(scratch.write("b.txt.gz", "plain text\n")), Contains("is not gzip"));
}

TEST_CASE("invalid UTF-8 is refused with file, line and byte") {
  const Scratch scratch;
  CHECK_THAT(refusal(scratch.write("a.txt", "one\n\nab\xff\n")),
             Contains("a.txt:3: not valid UTF-8 at byte 2 of the line"));
  CHECK_THAT(refusal(scratch.write("b.txt", "\xff\xfeo\0n\0"s)), Contains("b.txt:1") && Contains("iconv"));
}

TEST_CASE("lines longer than the buffer, and ending exactly at its end, are read whole") {
  const Scratch scratch;
  for (const std::size_t length : {65535u, 65536u, 65537u, 200000u}) {
    const std::string line(length, 'x');
    CHECK(documents(scratch.write("a.txt", line)) == Documents{line});
    CHECK(documents(scratch.write("a.txt", line + "\n")) == Documents{line});
    CHECK(documents(scratch.write("a.txt", line + "\r\n\n" + line)) == Documents{line, line});
    CHECK(documents(scratch.write("a.txt", line + "中")) == Documents{line + "中"});
  }
}

TEST_CASE("a folder's texts and .jsonl are read by name, below it too, all else is skipped and listed") {
  const Scratch scratch;
  scratch.write("c/b.txt", "second");
  scratch.write("c/a.jsonl", "{\"text\": \"first\"}");
  scratch.write("c/d/a.txt.gz", gzipped(scratch, "third"));
  scratch.write("c/readme.md", "no");
  scratch.write("c/.hidden.txt", "no");
  CHECK(documents(scratch.path("c")) == Documents{"first", "second", "third"});
  const CorpusReader reader({"fr", scratch.path("c")});
  CHECK(reader.files().size() == 3);
  REQUIRE(reader.skipped().size() == 2);
  CHECK(reader.skipped()[1].filename() == "readme.md");
}

TEST_CASE("a document's place is the file and line where it begins") {
  const Scratch scratch;
  CorpusReader reader({"fr", scratch.write("a.txt", "\none\n\n\ntwo\nlines\n")});
  std::string document;
  REQUIRE(reader.next(document));
  CHECK_THAT(reader.place(), Catch::EndsWith("a.txt:2"));
  REQUIRE(reader.next(document));
  CHECK_THAT(reader.place(), Catch::EndsWith("a.txt:5"));
  CHECK_FALSE(reader.next(document));
  CHECK_FALSE(reader.next(document));
}

TEST_CASE("a corpus without a document, or without a file to read, is refused by name") {
  const Scratch scratch;
  CHECK_THAT(refusal(scratch.write("a.txt", "\n \n")), Contains("corpus fr=") && Contains("holds no document"));
  CHECK_THAT(refusal(scratch.write("b.txt", "")), Contains("holds no document"));
  scratch.write("c/readme.md", "no");
  CHECK_THAT(refusal(scratch.path("c")), Contains("holds no .txt or .jsonl file"));
  CHECK_THAT(refusal(scratch.path("none")), Contains("no such file"));
  CHECK_THAT(refusal(scratch.write("d.json", "{}")), Contains(".jsonl"));
}

TEST_CASE("corpus arguments are LANG=PATH, each language once, the path there") {
  const Scratch scratch;
  const std::string path = scratch.write("a=b.txt", "x").string();
  const std::vector<std::string> good = {"en=" + path, "fr=" + path};
  const std::vector<CorpusSource> sources = parse_corpus_arguments(good);
  REQUIRE(sources.size() == 2);
  CHECK(sources[1].language == "fr");
  CHECK(sources[1].path == path);
  for (const std::string& bad : {path.substr(0, path.find('=')), "=" + path, "en="s, ""s}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_corpus_arguments(std::vector<std::string>{bad}), UsageError);
  }
  CHECK_THROWS_AS(parse_corpus_arguments(std::vector<std::string>{"en=" + path, "en=" + path}), UsageError);
  const std::string message = message_of([] { parse_corpus_arguments(std::vector<std::string>{"en=/none"}); });
  CHECK_THAT(message, Contains("en=/none: there is no such file"));
}

TEST_CASE("the same documents hash the same from every container, others do not") {
  const Scratch scratch;
  const std::string hash = corpus_hash({"fr", scratch.write("a.txt", "one\ntwo\n\nthree\n")});
  CHECK_THAT(hash, Catch::StartsWith("xxh3-128:"));
  CHECK(corpus_hash({"fr", scratch.write("b.txt", "\ufeffone\r\ntwo\r\n\r\n\r\nthree")}) == hash);
  CHECK(corpus_hash({"fr", scratch.write("c.jsonl", "{\"text\": \"one\\ntwo\"}\n{\"text\": \"three\"}\n")}) == hash);
  CHECK(corpus_hash({"fr", scratch.write("d.gz", gzipped(scratch, "one\ntwo\n\nthree\n"))}) == hash);
  CHECK(corpus_hash({"fr", scratch.write("e.txt", "one\n\ntwo\nthree\n")}) != hash);
  CHECK(corpus_hash({"fr", scratch.write("f.txt", "onetwo\n\nthree\n")}) != hash);
}
