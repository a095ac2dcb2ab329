/// How often the facts of a language stand in its corpus.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/experiment/facts/chunking.hpp"
#include "neuroglot/text/text_segments.hpp"

namespace neuroglot {

/// What a corpus was, as it was read.
struct SearchedCorpus {
  std::string path;
  std::string hash;  ///< of its documents (DocumentsHash)
  std::int64_t files = 0;
  std::int64_t articles = 0;
  std::int64_t text_bytes = 0;         ///< of the articles
  std::int64_t searched_bytes = 0;     ///< of the chunks: less for abstracts and paragraphs
  std::optional<std::int64_t> chunks;  ///< nothing for word pieces: only some articles are cut
  std::int64_t cut_articles = 0;       ///< of word pieces: those that hold both names of a fact, which were cut
};

/// Of one fact.
struct FactCounts {
  std::int64_t chunks = 0;            ///< that hold both names
  std::int64_t articles = 0;          ///< that hold both names somewhere in what is searched of them
  std::int64_t subject_articles = 0;  ///< that hold the subject's name
  std::int64_t object_articles = 0;

  bool present() const { return chunks > 0; }
  bool operator==(const FactCounts&) const = default;
};

struct FactPresence {
  std::string language;
  SearchedCorpus corpus;
  std::vector<FactCounts> facts;  ///< as listed_facts() has them
};

/// How a corpus is searched.
struct SearchOptions {
  Chunking chunking;
  NameRule rule;
  bool with_titles = false;  ///< an article's title is put before its text, as a line of its own
};

}  // namespace neuroglot
