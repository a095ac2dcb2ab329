/// Corpora as programs are given them, LANG=PATH: a text file, a .jsonl, either gzipped, or a folder of those.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/io/documents.hpp"
#include "neuroglot/io/hash.hpp"

namespace neuroglot {

struct CorpusSource {
  std::string language;
  std::filesystem::path path;

  std::string text() const { return language + "=" + path.string(); }  ///< "fr=wiki/fr.txt"
};

/// "en=a.txt", "fr=b.jsonl.gz", ... in the order given. Throws UsageError for an argument that is not LANG=PATH and for
/// a language given twice, Error for a path that does not exist.
inline std::vector<CorpusSource> parse_corpus_arguments(std::span<const std::string> arguments) {
  std::vector<CorpusSource> sources;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size())
      throw usage_error("corpus ", argument, ": not of the form LANG=PATH, e.g. fr=wiki/fr.txt");
    CorpusSource source{argument.substr(0, equals), argument.substr(equals + 1)};
    for (const CorpusSource& earlier : sources)
      if (earlier.language == source.language)
        throw usage_error("corpus ", argument, ": the language ", source.language, " is given twice");
    if (std::error_code failure; !std::filesystem::exists(source.path, failure))
      throw error("corpus ", argument, ": there is no such file or folder");
    sources.push_back(std::move(source));
  }
  return sources;
}

namespace detail {

inline bool is_corpus_file_name(std::filesystem::path name) {
  if (name.filename().string().starts_with('.')) return false;
  if (name.extension() == ".gz") name.replace_extension();
  return name.extension() == ".txt" || name.extension() == ".jsonl";
}

/// The regular files in a folder and the folders below it (links to folders are not followed).
inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  std::filesystem::recursive_directory_iterator it(folder, failure);
  for (; !failure && it != std::filesystem::recursive_directory_iterator(); it.increment(failure)) {
    std::error_code ignored;  // a link to nowhere is no file
    if (it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (failure) throw error(folder.string(), ": the folder could not be read (", failure.message(), ")");
  std::ranges::sort(files, {}, [](const std::filesystem::path& path) { return path.generic_string(); });
  return files;
}

}  // namespace detail

/// Streams a corpus's documents, one in memory at a time. Of a folder, all .txt and .jsonl (.gz) files below it are
/// read, by name in byte order; hidden files and other kinds are skipped. Throws Error as DocumentReader does, for a
/// folder without such a file, and for a corpus without a document.
class CorpusReader {
 public:
  explicit CorpusReader(CorpusSource source) : source_(std::move(source)) {
    std::error_code failure;
    if (!std::filesystem::exists(source_.path, failure))
      throw error("corpus ", source_.text(), ": there is no such file or folder");
    if (!std::filesystem::is_directory(source_.path, failure)) {
      if (source_.path.extension() == ".json")
        throw error("corpus ", source_.text(),
                    ": a .json file; a corpus is text, or .jsonl with {\"text\": ...} on each line");
      files_.push_back(source_.path);
      return;
    }
    for (std::filesystem::path& file : detail::files_below(source_.path))
      (detail::is_corpus_file_name(file) ? files_ : skipped_).push_back(std::move(file));
    if (files_.empty())
      throw error("corpus ", source_.text(), ": the folder holds no .txt or .jsonl file, plain or gzipped");
  }

  /// Puts the next document into `document`; false when there is none left.
  bool next(std::string& document) {
    while (true) {
      if (reader_ && reader_->next(document)) {
        ++documents_;
        return true;
      }
      if (next_file_ == files_.size()) break;
      reader_.emplace(files_[next_file_++]);
    }
    if (documents_ == 0) throw error("corpus ", source_.text(), " holds no document");
    return false;
  }

  const CorpusSource& source() const { return source_; }
  const std::vector<std::filesystem::path>& files() const { return files_; }  ///< in the order they are read
  const std::vector<std::filesystem::path>& skipped() const {
    return skipped_;
  }                                                      ///< files of a folder that are not read
  std::int64_t documents() const { return documents_; }  ///< given so far
  std::string place() const {
    return reader_ ? reader_->place() : std::string();
  }  ///< "wiki.txt:17", of the last document

 private:
  CorpusSource source_;
  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> skipped_;
  std::size_t next_file_ = 0;
  std::optional<DocumentReader> reader_;
  std::int64_t documents_ = 0;
};

/// The hash of a sequence of documents: their lengths (64 bits, little-endian) and bytes. The same documents hash the
/// same whether they come from text, .jsonl, gzip or a folder.
class DocumentsHash {
 public:
  void add(std::string_view document) {
    std::array<std::byte, sizeof(std::uint64_t)> length;
    const std::uint64_t size = document.size();
    std::memcpy(length.data(), &size, sizeof size);
    hash_.add(length);
    hash_.add(document);
  }
  std::string text() const { return hash_.text(); }  ///< "xxh3-128:..."

 private:
  ContentHash hash_;
};

/// DocumentsHash of a whole corpus; reads all of it.
inline std::string corpus_hash(const CorpusSource& source) {
  CorpusReader reader(source);
  DocumentsHash hash;
  for (std::string document; reader.next(document);) hash.add(document);
  return hash.text();
}

}  // namespace neuroglot
