/// The corpora of several languages, each searched for its facts, several at once, those that an interrupted run has
/// searched taken over from it.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "neuroglot/core/progress.hpp"
#include "neuroglot/core/threads.hpp"
#include "neuroglot/experiment/facts/presence_log.hpp"
#include "neuroglot/experiment/facts/search_facts.hpp"

namespace neuroglot {

struct SearchTask {
  CorpusSource corpus;
  std::vector<ListedFact> facts;
};

/// Progress of several threads, in bytes of files, told in MB.
class SearchProgress {
 public:
  SearchProgress(const std::string& label, std::int64_t bytes, bool quiet)
      : progress_(label, bytes / megabyte, "MB", quiet) {}

  void add(std::int64_t bytes, bool was_done = false) {
    const std::lock_guard lock(mutex_);
    rest_ += bytes;
    if (was_done)
      progress_.skip(rest_ / megabyte);
    else
      progress_.add(rest_ / megabyte);
    rest_ %= megabyte;
  }

 private:
  static constexpr std::int64_t megabyte = 1'000'000;
  std::mutex mutex_;
  Progress progress_;
  std::int64_t rest_ = 0;
};

/// A language's corpus is read by one thread. The same results for any number of threads. `pass` names the search in
/// the log. The tokenizer, for word pieces, may be nullptr otherwise.
inline std::vector<FactPresence> search_corpora(std::span<const SearchTask> tasks, const SearchOptions& options,
                                                const Tokenizer* tokenizer, const std::string& pass, PresenceLog& log,
                                                Threads& threads, bool quiet) {
  std::vector<std::int64_t> bytes;
  std::int64_t all_bytes = 0;
  for (const SearchTask& task : tasks) all_bytes += bytes.emplace_back(bytes_of(article_files(task.corpus)));
  std::vector<FactPresence> found(tasks.size());
  SearchProgress progress(pass, all_bytes, quiet);
  threads.for_each(static_cast<Index>(tasks.size()), [&](Index chunk, int) {
    const auto at = static_cast<std::size_t>(chunk);
    const SearchTask& task = tasks[at];
    if (const FactPresence* const done = log.find(pass, task.corpus.language)) {
      if (done->facts.size() != task.facts.size())
        throw error("OUT.partial: language ", task.corpus.language, " has ", done->facts.size(),
                    " facts, the data set ", task.facts.size(), ": remove it, or run without --resume");
      found[at] = *done;
      progress.add(bytes[at], true);
      return;
    }
    FactSearch search(task.facts, options, tokenizer);
    found[at] = search_corpus(search, task.corpus, [&](std::int64_t read) { progress.add(read); });
    log.add(pass, found[at]);
  });
  return found;
}

}  // namespace neuroglot
