/// The articles of a corpus, LANG=PATH: a file or a folder of texts, of JSON lines, of Wikipedia's abstracts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/abstract_xml.hpp"
#include "neuroglot/io/article_format.hpp"
#include "neuroglot/io/article_json.hpp"
#include "neuroglot/io/corpus.hpp"
#include "neuroglot/io/documents.hpp"
#include "neuroglot/io/line_reader.hpp"

namespace neuroglot {

/// Streams one file's articles, one in memory at a time. A text's have no title. Throws Error naming file and line, as
/// DocumentReader, parse_article and AbstractReader do.
class ArticleFileReader {
 public:
  explicit ArticleFileReader(const std::filesystem::path& path) : ArticleFileReader(path, article_format(path)) {}
  ArticleFileReader(const std::filesystem::path& path, ArticleFormat format) {
    if (format == ArticleFormat::jsonl)
      reader_.emplace<LineReader>(path);
    else if (format == ArticleFormat::abstracts)
      reader_.emplace<AbstractReader>(path);
    else
      reader_.emplace<DocumentReader>(path, DocumentFormat::text);
  }

  /// Puts the next article into `article`; false when there is none left. Articles of white space alone are left out.
  bool next(Article& article) {
    if (auto* const abstracts = std::get_if<AbstractReader>(&reader_)) return abstracts->next(article);
    if (auto* const documents = std::get_if<DocumentReader>(&reader_)) {
      article.title.clear();
      return documents->next(article.text);
    }
    auto& lines = std::get<LineReader>(reader_);
    while (lines.next(line_)) {
      if (is_white_space(line_)) continue;
      parse_article(line_, lines.place(), article);
      if (!is_white_space(article.text)) return true;
    }
    return false;
  }

  std::int64_t offset() const {
    return std::visit(
        [](const auto& reader) -> std::int64_t {
          if constexpr (std::is_same_v<std::decay_t<decltype(reader)>, std::monostate>)
            return 0;
          else
            return reader.offset();
        },
        reader_);
  }

 private:
  std::variant<std::monostate, LineReader, DocumentReader, AbstractReader> reader_;
  std::string line_;
};

/// The files of a corpus that hold articles, in byte order of their names. Throws Error for a path that does not exist
/// and for a folder without such a file.
inline std::vector<std::filesystem::path> article_files(const CorpusSource& source) {
  std::error_code failure;
  if (!std::filesystem::exists(source.path, failure))
    throw error("corpus ", source.text(), ": there is no such file or folder");
  if (!std::filesystem::is_directory(source.path, failure)) {
    if (source.path.extension() == ".bz2")
      throw error("corpus ", source.text(), ": bzip2 is not read; unpack it, or pack it anew with gzip");
    if (source.path.extension() == ".json")
      throw error("corpus ", source.text(),
                  ": a .json file; articles are text, or .jsonl with a \"text\" on each line");
    return {source.path};
  }
  std::vector<std::filesystem::path> files = detail::files_below(source.path);
  std::erase_if(files, [](const std::filesystem::path& path) { return !is_article_file_name(path); });
  if (files.empty())
    throw error("corpus ", source.text(), ": the folder holds no .txt, .jsonl, .xml or wiki_00 file, plain or gzipped");
  return files;
}

/// Bytes of the files together, as they lie on the disk.
inline std::int64_t bytes_of(const std::vector<std::filesystem::path>& files) {
  std::int64_t all = 0;
  for (const std::filesystem::path& file : files) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (!failure) all += static_cast<std::int64_t>(size);
  }
  return all;
}

}  // namespace neuroglot
