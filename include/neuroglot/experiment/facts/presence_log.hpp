/// OUT.partial: the corpora that a search has read, a line a language, so that an interrupted one can go on.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact_presence.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_log.hpp"

namespace neuroglot {

inline Provenance searched_corpus_json(const SearchedCorpus& corpus) {
  return {{"path", corpus.path},
          {"hash", corpus.hash},
          {"files", corpus.files},
          {"articles", corpus.articles},
          {"text_bytes", corpus.text_bytes},
          {"searched_bytes", corpus.searched_bytes},
          {"chunks", corpus.chunks ? Provenance(*corpus.chunks) : Provenance()},
          {"cut_articles", corpus.cut_articles}};
}

namespace detail {

inline std::string presence_line(const std::string& pass, const FactPresence& presence) {
  Provenance counts = Provenance::array();
  for (const FactCounts& fact : presence.facts)
    counts.push_back({fact.chunks, fact.articles, fact.subject_articles, fact.object_articles});
  return Provenance{{"pass", pass},
                    {"language", presence.language},
                    {"corpus", searched_corpus_json(presence.corpus)},
                    {"facts", std::move(counts)}}
      .dump();
}

inline FactPresence presence_of(const nlohmann::json& line) {
  const nlohmann::json& corpus = line.at("corpus");
  FactPresence presence{line.at("language"), {}, {}};
  presence.corpus = {corpus.at("path"),     corpus.at("hash"),        corpus.at("files"),
                     corpus.at("articles"), corpus.at("text_bytes"),  corpus.at("searched_bytes"),
                     std::nullopt,          corpus.at("cut_articles")};
  if (!corpus.at("chunks").is_null()) presence.corpus.chunks = corpus.at("chunks").get<std::int64_t>();
  for (const nlohmann::json& fact : line.at("facts"))
    presence.facts.push_back({fact.at(0), fact.at(1), fact.at(2), fact.at(3)});
  return presence;
}

}  // namespace detail

/// What is added by several threads is written line by line.
class PresenceLog {
 public:
  /// With `resume`, takes over what a run of the same provenance left; throws Error where it was left by another run.
  PresenceLog(std::filesystem::path path, const Provenance& provenance, bool resume)
      : log_(std::move(path), provenance_line(provenance), resume) {
    for (const LoggedLine& line : log_.left()) try {
        const nlohmann::json object = parse_json(line.text, line.place);
        done_.emplace_back(object.at("pass"), detail::presence_of(object));
      } catch (const nlohmann::json::exception& failure) {
        throw error(line.place, ": is not a line of a search: ", detail::json_reason(failure));
      }
  }

  /// nullptr where that pass over the language's corpus is still to be made.
  const FactPresence* find(const std::string& pass, const std::string& language) const {
    for (const auto& [of_pass, presence] : done_)
      if (of_pass == pass && presence.language == language) return &presence;
    return nullptr;
  }

  void add(const std::string& pass, const FactPresence& presence) {
    const std::lock_guard lock(mutex_);
    log_.add(detail::presence_line(pass, presence));
  }

 private:
  LineLog log_;
  std::vector<std::pair<std::string, FactPresence>> done_;  // those that were left
  std::mutex mutex_;
};

}  // namespace neuroglot
