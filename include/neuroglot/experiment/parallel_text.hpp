/// Parallel sentences: a file a language, line n of each the same sentence in its language.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/io/corpus.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

struct ParallelText {
  std::vector<CorpusSource> sources;                ///< (languages)
  std::vector<std::vector<std::string>> sentences;  ///< (languages, sentences)
  std::vector<std::string> hashes;                  ///< of each language's sentences

  std::size_t languages() const { return sources.size(); }
  std::size_t size() const { return sentences.empty() ? 0 : sentences.front().size(); }

  /// "fr.txt:17"
  std::string place(std::size_t language, std::size_t sentence) const {
    return sources[language].path.string() + ":" + std::to_string(sentence + 1);
  }
};

namespace detail {

/// All lines of a file. Throws Error naming file and line where one holds no text.
inline std::vector<std::string> sentence_lines(const CorpusSource& source) {
  LineReader reader(source.path);
  std::vector<std::string> lines;
  for (std::string line; reader.next(line); lines.push_back(line))
    if (is_white_space(line))
      throw error(reader.place(), ": is empty; line ", lines.size() + 1,
                  " of every file has to be the same sentence in its language");
  if (lines.empty()) throw error(source.path.string(), ": holds no sentence");
  return lines;
}

inline void require_same_length(const ParallelText& text, std::size_t language) {
  const std::size_t lines = text.sentences[language].size(), first = text.size();
  if (lines != first)
    throw error(text.sources[language].path.string(), ": ends with line ", lines, ", ",
                text.sources.front().path.string(), " with line ", first,
                ": parallel files have the same sentence on the same line");
}

}  // namespace detail

/// Reads the files, and keeps their first `at_most` lines (0: all). Throws UsageError for fewer than two languages,
/// Error naming file and line for an empty line, invalid UTF-8, and files of different lengths.
inline ParallelText read_parallel(std::vector<CorpusSource> sources, Index at_most = 0) {
  if (sources.size() < 2) throw usage_error("parallel sentences of one language alone: at least two are compared");
  ParallelText text;
  text.sources = std::move(sources);
  for (std::size_t k = 0; k < text.languages(); ++k) {
    text.sentences.push_back(detail::sentence_lines(text.sources[k]));
    detail::require_same_length(text, k);
  }
  for (std::vector<std::string>& lines : text.sentences) {
    if (at_most > 0 && static_cast<std::size_t>(at_most) < lines.size())
      lines.resize(static_cast<std::size_t>(at_most));
    DocumentsHash hash;
    for (const std::string& line : lines) hash.add(line);
    text.hashes.push_back(hash.text());
  }
  return text;
}

}  // namespace neuroglot
