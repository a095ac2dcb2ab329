/// One pass over a corpus that says of each fact of a language whether and how often it stands there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact_names.hpp"
#include "neuroglot/experiment/facts/fact_presence.hpp"
#include "neuroglot/experiment/facts/piece_windows.hpp"
#include "neuroglot/io/articles.hpp"
#include "neuroglot/text/name_matcher.hpp"
#include "neuroglot/text/tokenizer.hpp"

namespace neuroglot {

/// A fact stands in a chunk that both of its names are found in, wherever; a name inside of the other is found too.
/// Article after article is added; what is in memory does not grow with the corpus.
class FactSearch {
 public:
  /// The tokenizer is needed for word pieces alone, and must outlive the search; so must the facts.
  FactSearch(const std::vector<ListedFact>& facts, const SearchOptions& options, const Tokenizer* tokenizer)
      : options_(options),
        tokenizer_(tokenizer),
        names_(facts, options.rule),
        matcher_(names_.names(), options.rule),
        seen_(names_.names().size()),
        counts_(facts.size()) {
    if (options.chunking.kind == ChunkKind::pieces && tokenizer == nullptr)
      throw usage_error("--chunk ", options.chunking.name(), " needs a tokenizer: --tokenizer MODEL");
  }

  void add(Article& article) {
    if (options_.with_titles && !article.title.empty()) article.text.insert(0, article.title + "\n");
    hash_.add(article.text);
    ++corpus_.articles;
    corpus_.text_bytes += static_cast<std::int64_t>(article.text.size());
    const std::vector<ByteSpan> chunks = chunks_of(article, options_.chunking);
    chunks_ += static_cast<std::int64_t>(chunks.size());
    in_article_.clear();
    bool any = false;
    for (const ByteSpan& chunk : chunks) any = search(article, chunk) || any;
    if (options_.chunking.kind == ChunkKind::paragraph && any_name()) count_article();
    if (any && options_.chunking.kind == ChunkKind::pieces) count_windows(article);
  }

  /// What was found so far.
  FactPresence result(std::string language) const {
    FactPresence presence{std::move(language), corpus_, counts_};
    presence.corpus.hash = hash_.text();
    if (options_.chunking.kind != ChunkKind::pieces) presence.corpus.chunks = chunks_;
    for (std::size_t fact = 0; fact < counts_.size(); ++fact) {
      presence.facts[fact].subject_articles = seen_[names_.subject(fact)].articles;
      presence.facts[fact].object_articles = seen_[names_.object(fact)].articles;
    }
    return presence;
  }

 private:
  bool any_name() const { return !in_article_.empty(); }

  /// Whether both names of a fact are in the chunk. All but paragraphs are the one chunk of their article.
  bool search(const Article& article, const ByteSpan& chunk) {
    corpus_.searched_bytes += static_cast<std::int64_t>(chunk.end - chunk.begin);
    matcher_.search(std::string_view(article.text).substr(chunk.begin, chunk.end - chunk.begin), scratch_, matches_);
    if (matches_.empty()) return false;
    begin_chunk();
    see_all(matches_, [](const NameMatch& match) { return match.name; });
    const bool is_paragraph = options_.chunking.kind == ChunkKind::paragraph;
    const bool is_chunk = options_.chunking.kind != ChunkKind::pieces;
    if (is_paragraph)
      in_article_.insert(in_article_.end(), in_chunk_.begin(), in_chunk_.end());
    else
      for (const std::uint32_t name : in_chunk_) ++seen_[name].articles;
    bool any = false;
    for_each_seen_fact([&](std::uint32_t fact) {
      any = true;
      if (is_chunk) ++counts_[fact].chunks;
      if (!is_paragraph) ++counts_[fact].articles;
    });
    return any;
  }

  /// in_article_ holds the names of its paragraphs.
  void count_article() {
    begin_chunk();
    see_all(in_article_, [](std::uint32_t name) { return name; });
    for (const std::uint32_t name : in_chunk_) ++seen_[name].articles;
    for_each_seen_fact([&](std::uint32_t fact) { ++counts_[fact].articles; });
  }

  /// matches_ are those of the whole article.
  void count_windows(const Article& article) {
    ++corpus_.cut_articles;
    const PieceWindows windows(*tokenizer_, article.text, options_.chunking.pieces);
    in_windows_.clear();
    for (const NameMatch& match : matches_)
      if (const auto window = windows.window(match.begin, match.end)) in_windows_.emplace_back(*window, match.name);
    std::ranges::sort(in_windows_);
    for (auto it = in_windows_.begin(); it != in_windows_.end();) {
      begin_chunk();
      const std::size_t window = it->first;
      for (; it != in_windows_.end() && it->first == window; ++it) see(it->second);
      for_each_seen_fact([&](std::uint32_t fact) { ++counts_[fact].chunks; });
    }
  }

  void begin_chunk() {
    if (++chunk_ == 0) {  // after four billions of chunks
      for (SeenName& seen : seen_) seen.chunk = 0;
      chunk_ = 1;
    }
    in_chunk_.clear();
  }

  void see(std::uint32_t name) {
    if (seen_[name].chunk == chunk_) return;
    seen_[name].chunk = chunk_;
    in_chunk_.push_back(name);
  }

  /// Names lie far apart in memory: each is asked for some steps ahead.
  template <class Items, class NameOf>
  void see_all(const Items& items, NameOf name_of) {
    constexpr std::size_t ahead = 12;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i + ahead < items.size()) __builtin_prefetch(&seen_[name_of(items[i + ahead])], 1);
      see(name_of(items[i]));
    }
  }

  template <class Use>
  void for_each_seen_fact(Use use) {
    constexpr std::size_t ahead = 8;
    const auto facts_at = [&](std::size_t i) { return names_.facts_of(in_chunk_[i]); };
    for (std::size_t i = 0; i < in_chunk_.size(); ++i) {
      if (i + 2 * ahead < in_chunk_.size()) __builtin_prefetch(facts_at(i + 2 * ahead).data());
      if (i + ahead < in_chunk_.size())
        if (const auto facts = facts_at(i + ahead); !facts.empty()) __builtin_prefetch(&seen_[facts[0].object]);
      for (const FactNames::FactObject& of : facts_at(i))
        if (seen_[of.object].chunk == chunk_) use(of.fact);
    }
  }

  struct SeenName {
    std::int64_t articles = 0;  // that it is in
    std::uint32_t chunk = 0;    // the last one that it was in
  };

  SearchOptions options_;
  const Tokenizer* tokenizer_;
  FactNames names_;
  NameMatcher matcher_;
  NameMatcher::Scratch scratch_;
  std::vector<NameMatch> matches_;
  std::uint32_t chunk_ = 0;
  std::vector<SeenName> seen_;             // by name
  std::vector<std::uint32_t> in_chunk_;    // names, each once
  std::vector<std::uint32_t> in_article_;  // names of its paragraphs
  std::vector<std::pair<std::size_t, std::uint32_t>> in_windows_;
  std::vector<FactCounts> counts_;
  SearchedCorpus corpus_;
  DocumentsHash hash_;
  std::int64_t chunks_ = 0;
};

/// Reads a corpus; progress(bytes) is called now and then with the bytes of its files that were read since.
template <class Progress>
FactPresence search_corpus(FactSearch& search, const CorpusSource& source, Progress progress) {
  const std::vector<std::filesystem::path> files = article_files(source);
  Article article;
  std::int64_t articles = 0;
  for (const std::filesystem::path& file : files) {
    ArticleFileReader reader(file);
    std::int64_t offset = 0;
    while (reader.next(article)) {
      search.add(article);
      ++articles;
      if (const std::int64_t now = reader.offset(); now - offset >= std::int64_t{1} << 20) {
        progress(now - offset);
        offset = now;
      }
    }
    progress(reader.offset() - offset);
  }
  if (articles == 0) throw error("corpus ", source.text(), " holds no article");
  FactPresence presence = search.result(source.language);
  presence.corpus.path = source.path.string();
  presence.corpus.files = static_cast<std::int64_t>(files.size());
  return presence;
}

}  // namespace neuroglot
