// Any bytes are articles or an Error of one line, as lines of JSON and as abstract.xml; a line of JSON is an article
// only where a parser that builds all of it finds an object with that string "text".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "memory_file.hpp"
#include "neuroglot/io/articles.hpp"

using namespace neuroglot;

namespace {

void read_file(const std::string& path, ArticleFormat format) {
  try {
    ArticleFileReader reader(path, format);
    for (Article article; reader.next(article);) {
      require(!is_white_space(article.text));
      require(first_invalid_utf8(article.text) == std::string::npos);
      require(first_invalid_utf8(article.title) == std::string::npos);
    }
  } catch (const Error& failure) {
    require(std::strchr(failure.what(), '\n') == nullptr);
  }
}

void compare_parsers(const std::string& line) {
  Article article;
  bool accepted = true;
  try {
    parse_article(line, "line", article);
  } catch (const Error&) {
    accepted = false;
  }
  const nlohmann::json whole = nlohmann::json::parse(line, nullptr, false);
  const bool is_article = whole.is_object() && whole.contains("text") && whole["text"].is_string();
  if (accepted) require(is_article && whole["text"].get<std::string>() == article.text);
  if (accepted && whole.contains("title") && whole["title"].is_string())
    require(whole["title"].get<std::string>() == article.title);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  for (const ArticleFormat format : {ArticleFormat::text, ArticleFormat::jsonl, ArticleFormat::abstracts})
    read_file(file.path(), format);
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  if (bytes.find('\0') == std::string::npos && first_invalid_utf8(bytes) == std::string::npos) compare_parsers(bytes);
  return 0;
}
