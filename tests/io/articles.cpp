// Articles of a corpus: what is read of each kind of file, and what is refused with file and line.
#include "neuroglot/io/articles.hpp"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "scratch.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

std::vector<std::string> read(const std::filesystem::path& path) {
  std::vector<std::string> all;
  ArticleFileReader reader(path);
  for (Article article; reader.next(article);) all.push_back(article.title + "|" + article.text);
  return all;
}

const std::string feed = "<feed>\n<doc>\n<title>Wikipedia: A &amp; B</title>\n<url>u</url>\n";

}  // namespace

TEST_CASE("the format of articles follows from the file's name") {
  CHECK(article_format("a/en.jsonl.gz") == ArticleFormat::jsonl);
  CHECK(article_format("AA/wiki_07") == ArticleFormat::jsonl);
  CHECK(article_format("wiki_x") == ArticleFormat::text);
  CHECK(article_format("enwiki-abstract.xml.gz") == ArticleFormat::abstracts);
  CHECK(is_article_file_name("AB/wiki_00.gz"));
  CHECK_FALSE(is_article_file_name("notes.md"));
  CHECK_FALSE(is_article_file_name(".hidden.txt"));
}

TEST_CASE("lines of JSON give titles and texts, whatever else stands in them") {
  const Scratch folder;
  const auto path = folder.write(
      "a.jsonl", R"({"id": 1, "title": "T", "text": "a\n\u00e9", "more": {"text": "no", "x": [1, "text"]}})"
                 "\n\n"
                 R"({"text": "b", "title": null})"
                 "\n"
                 R"({"text": "  ", "title": "blank"})"
                 "\n");
  CHECK(read(path) == std::vector<std::string>{"T|a\né", "|b"});
}

TEST_CASE("the fast way through a line and the full parser find the same article") {
  const auto text_of_line = [](const std::string& line) {
    Article fast, whole;
    const bool is_flat = neuroglot::detail::parse_flat_article(line, fast);
    try {
      parse_article(line, "line", whole);
    } catch (const Error&) {
      return std::string(is_flat ? "accepted though broken" : "refused");
    }
    if (!is_flat) return "full " + whole.text;
    return "flat " + fast.title + "|" + fast.text;
  };
  CHECK(text_of_line(R"({"id":-12,"title":"a\\\"\/","text":"b\b\f\n\r\t\u00e9\u20AC, 12345678"})") ==
        "flat a\\\"/|b\b\f\n\r\té€, 12345678");
  CHECK(text_of_line(R"( { "text" : "a" , "x" : true , "y":null, "z":0 } )") == "flat |a");
  CHECK(text_of_line(R"({"text":"\ud83d\ude00"})") == "full \U0001f600");
  CHECK(text_of_line(R"({"text":"a","x":1.5})") == "full a");
  CHECK(text_of_line(R"({"text":"a","x":[1]})") == "full a");
  for (const char* broken :
       {R"({"text":"a",})", R"({"text":"a"}})", R"({"text":"a" "b":1})", R"({"text":"a","x":01})",
        R"({"text":"a","x":-})", R"({"text":"a","x":1)", R"({"text":"a","x":truex})", "{\"text\":\"a\tb\"}",
        R"({"text":"\x"})", R"({"text":"\u12"})", R"({"text":"a)", "{}", "{"})
    CHECK(text_of_line(broken) == "refused");
}

TEST_CASE("lines that are no articles are refused with file and line") {
  const Scratch folder;
  const auto refused = [&](const std::string& line, const std::string& why) {
    const auto path = folder.write("a.jsonl", "{\"text\": \"a\"}\n" + line + "\n");
    CHECK_THROWS_WITH(read(path), Contains("a.jsonl:2") && Contains(why));
  };
  refused("{\"text\": \"a\"", "is not JSON");
  refused("{\"text\": \"a\"} x", "is not JSON");
  refused("{\"title\": \"a\"}", "no string \"text\"");
  refused("{\"text\": 1}", "no string \"text\"");
  refused("{\"text\": {\"text\": \"a\"}}", "no string \"text\"");
  refused("[\"text\"]", "not a JSON object");
  refused("\"text\"", "not a JSON object");
  refused(R"({"text": "a", "text": "b"})", "given twice");
  refused(R"({"text": "\ud800"})", "is not JSON");
}

TEST_CASE("abstracts come with their titles, entities resolved") {
  const Scratch folder;
  const auto path = folder.write("x-abstract.xml",
                                 feed +
                                     "<abstract>one &lt;b&gt; &#233;&#x20AC;\n two</abstract>\n</doc>\n<doc>\n"
                                     "<title>Wikipédia : C: D</title>\n<abstract />\n</doc>\n<doc>\n<title>New York: "
                                     "x</title>\n<abstract>three</abstract>\n</doc>\n</feed>\n");
  CHECK(read(path) == std::vector<std::string>{"A & B|one <b> é€\n two", "New York: x|three"});
}

TEST_CASE("broken abstracts are refused with file and line") {
  const Scratch folder;
  const auto refused = [&](const std::string& text, const std::string& why) {
    CHECK_THROWS_WITH(read(folder.write("a.xml", text)), Contains(why));
  };
  refused("<mediawiki>\n", "a.xml:1: <feed> expected");
  refused(feed + "<abstract>one\n", "a.xml:5: the <abstract> that begins here has no end");
  refused(feed + "<abstract>one</abstract>\n", "a.xml:2: the <doc> that begins here has no end");
  refused(feed + "<doc>\n", "a.xml:5: a <doc> inside of a <doc>");
  refused(feed + "<abstract>a <b>c</b></abstract>\n", "a.xml:5: a tag inside");
  refused(feed + "<abstract>a & b</abstract>\n", "a.xml:5: \"&\" without an entity");
  refused(feed + "<abstract>&nbsp;</abstract>\n", "a.xml:5: \"&\" without an entity");
  refused(feed + "<abstract>&#xd800;</abstract>\n", "a.xml:5: \"&\" without an entity");
}

TEST_CASE("a folder's articles are those of its files in the order of their names") {
  const Scratch folder;
  folder.write("en/AB/wiki_00", "{\"text\": \"b\"}\n");
  folder.write("en/AA/wiki_01", "{\"text\": \"a\"}\n");
  folder.write("en/readme.md", "no article");
  const std::vector<std::filesystem::path> files = article_files({"en", folder.path("en")});
  REQUIRE(files.size() == 2);
  CHECK(read(files[0]) == std::vector<std::string>{"|a"});
  CHECK(bytes_of(files) == 28);
  folder.write("fr/readme.md", "no article");
  CHECK_THROWS_WITH(article_files({"fr", folder.path("fr")}), Contains("fr=") && Contains("holds no .txt"));
  CHECK_THROWS_WITH(article_files({"de", folder.path("de")}), Contains("there is no such file"));
  CHECK_THROWS_WITH(article_files({"de", folder.write("a.json", "{}")}), Contains("a .json file"));
}

TEST_CASE("the place in a file moves with its articles, gzipped or not") {
  const Scratch folder;
  const auto path = folder.path("a.txt.gz");
  gzFile file = ::gzopen(path.c_str(), "wb");
  REQUIRE(::gzputs(file, "one\n\ntwo\n") == 9);
  REQUIRE(::gzclose(file) == Z_OK);
  ArticleFileReader reader(path);
  Article article;
  CHECK((reader.next(article) && reader.next(article) && !reader.next(article)));
  CHECK(reader.offset() == static_cast<std::int64_t>(std::filesystem::file_size(path)));
}
