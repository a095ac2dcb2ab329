// A fact stands in a chunk that holds both of its names: articles, abstracts, paragraphs, windows of word pieces.
#include "neuroglot/experiment/facts/search_facts.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "../io/scratch.hpp"
#include "neuroglot/experiment/facts/search_corpora.hpp"

namespace {

using namespace neuroglot;
using Catch::Contains;

/// A piece is a word; white space is none.
class WordTokenizer final : public Tokenizer {
 public:
  Tokens encode(std::string_view text, SpecialTokens) const override {
    Tokens tokens;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = text.find_first_not_of(" \n", at);
      if (begin == std::string_view::npos) break;
      at = std::min(text.find_first_of(" \n", begin), text.size());
      tokens.ids.push_back(static_cast<TokenId>(tokens.ids.size()));
      tokens.spans.push_back({begin, at});
    }
    return tokens;
  }
  std::string decode(std::span<const TokenId>, bool) const override { return ""; }
  std::string piece(TokenId) const override { return ""; }
  TokenId vocab_size() const override { return 0; }
  TokenId bos_id() const override { return -1; }
  std::string description() const override { return "words"; }
};

LanguageFacts facts_of(const std::vector<std::pair<std::string, std::string>>& names) {
  LanguageFacts facts{"en", {{"P1", "[X] is [Y] .", {}}}};
  for (const auto& [subject, object] : names) {
    std::vector<Fact>& all = facts.relations[0].facts;
    all.push_back({"u" + std::to_string(all.size()), subject, object, subject, object, all.size() + 1});
  }
  return facts;
}

/// The chunks of each fact.
std::vector<std::int64_t> chunks(const LanguageFacts& facts, const std::vector<Article>& articles,
                                 const SearchOptions& options) {
  const WordTokenizer tokenizer;
  FactSearch search(listed_facts(facts), options, &tokenizer);
  for (Article article : articles) search.add(article);
  std::vector<std::int64_t> all;
  for (const FactCounts& of : search.result("en").facts) all.push_back(of.chunks);
  return all;
}

SearchOptions by(const std::string& chunking) {
  return {chunking_named(chunking), {}, false};
}

using Counts = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a fact is counted in each article that holds both names") {
  const LanguageFacts facts = facts_of({{"York", "England"}, {"New York", "York"}, {"England", "France"}, {"X", "X"}});
  const std::vector<Article> articles = {
      {"", "York.\nIn England, York"}, {"", "New York and England"}, {"", "France X"}};
  CHECK(chunks(facts, articles, by("article")) == Counts{2, 1, 0, 1});
  CHECK(chunks(facts, articles, by("paragraph")) == Counts{2, 1, 0, 1});
  CHECK(chunks(facts, {{"", "York\nEngland"}}, by("paragraph")) == Counts{0, 0, 0, 0});
}

TEST_CASE("articles are counted once a name, whatever the chunk") {
  const LanguageFacts facts = facts_of({{"a", "b"}, {"a", "c"}});
  for (const char* chunk : {"article", "paragraph", "pieces:2"}) {
    const WordTokenizer tokenizer;
    FactSearch search(listed_facts(facts), by(chunk), &tokenizer);
    for (Article article : {Article{"", "a b\nb a\nc"}, Article{"", "a"}}) search.add(article);
    const FactPresence found = search.result("en");
    CHECK(found.facts[0] == FactCounts{std::string(chunk) == "article" ? 1 : 2, 1, 2, 1});
    CHECK(found.facts[1] == FactCounts{std::string(chunk) == "article" ? 1 : 0, 1, 2, 1});
    CHECK(found.corpus.articles == 2);
    CHECK(found.corpus.chunks.has_value() == (std::string(chunk) != "pieces:2"));
  }
}

TEST_CASE("windows of pieces tile an article, and a name between two is in neither") {
  const LanguageFacts facts = facts_of({{"a", "b"}, {"New York", "b"}});
  CHECK(chunks(facts, {{"", "a x b x a b"}}, by("pieces:2")) == Counts{1, 0});
  CHECK(chunks(facts, {{"", "x x a b x"}}, by("pieces:4")) == Counts{1, 0});
  CHECK(chunks(facts, {{"", "x x x a b"}}, by("pieces:4")) == Counts{0, 0});
  CHECK(chunks(facts, {{"", "b New York b"}}, by("pieces:2")) == Counts{0, 0});
  CHECK(chunks(facts, {{"", "b x New York b"}}, by("pieces:3")) == Counts{0, 0});
  CHECK(chunks(facts, {{"", "b New York b"}}, by("pieces:3")) == Counts{0, 1});
  CHECK_THROWS_WITH(FactSearch(listed_facts(facts), by("pieces:2"), nullptr), Contains("--tokenizer"));
}

TEST_CASE("an abstract ends at the first blank line or heading, and is not the title") {
  const auto abstract = [](const std::string& text, const std::string& title) {
    const Article article{title, text};
    std::string out;
    for (const ByteSpan& span : chunks_of(article, chunking_named("abstract")))
      out += "[" + text.substr(span.begin, span.end - span.begin) + "]";
    return out;
  };
  CHECK(abstract("one\ntwo\n\nthree", "") == "[one\ntwo\n]");
  CHECK(abstract("T\n\none\n== H ==\ntwo", "T") == "[one\n]");
  CHECK(abstract("\n \none", "") == "[one]");
  CHECK(abstract("== H ==\none", "").empty());
  CHECK(abstract("T", "T").empty());
}

TEST_CASE("a chunk's name is checked") {
  CHECK(chunking_named("pieces:7").name() == "pieces:7");
  CHECK(Chunking{}.name() == "pieces:512");
  for (const char* wrong : {"pieces", "pieces:", "pieces:0", "pieces:-1", "pieces:5x", "page", ""})
    CHECK_THROWS_WITH(chunking_named(wrong), Contains("article, abstract, paragraph or pieces:N"));
}

TEST_CASE("titles are searched where that is wanted, labels without the space around them") {
  const LanguageFacts facts = facts_of({{" York ", "England"}});
  SearchOptions options = by("paragraph");
  CHECK(chunks(facts, {{"York", "is in England"}}, options) == Counts{0});
  options.chunking = chunking_named("article");
  options.with_titles = true;
  CHECK(chunks(facts, {{"York", "is in England"}}, options) == Counts{1});
}

TEST_CASE("names that differ in case are one where case is ignored") {
  const LanguageFacts facts = facts_of({{"York", "ENGLAND"}, {"YORK", "england"}});
  SearchOptions options = by("article");
  CHECK(chunks(facts, {{"", "york England"}}, options) == Counts{0, 0});
  options.rule.ignore_case = true;
  CHECK(chunks(facts, {{"", "york England"}}, options) == Counts{1, 1});
}

TEST_CASE("counts are those of looking at every fact in every paragraph") {
  std::mt19937 dice(3);
  const std::vector<std::string> words = {"a", "b", "c", "d", "a b", "b c", "e f g", "東", "京都"};
  std::vector<std::pair<std::string, std::string>> names;
  for (int i = 0; i < 60; ++i) names.emplace_back(words[dice() % words.size()], words[dice() % words.size()]);
  const LanguageFacts facts = facts_of(names);
  std::vector<Article> articles;
  Counts expected(names.size());
  for (int i = 0; i < 50; ++i) {
    Article& article = articles.emplace_back();
    for (int line = 0; line < 4; ++line) {
      std::string text;
      for (int n = 0; n < 3; ++n) text += words[dice() % words.size()] + " ";
      const std::string padded = " " + text;
      for (std::size_t f = 0; f < names.size(); ++f) {
        const auto holds = [&](const std::string& name) {
          const bool is_spaced = name[0] > 0;
          return padded.find(is_spaced ? " " + name + " " : name) != std::string::npos;
        };
        expected[f] += holds(names[f].first) && holds(names[f].second) ? 1 : 0;
      }
      article.text += text + "\n";
    }
  }
  CHECK(chunks(facts, articles, by("paragraph")) == expected);
}

TEST_CASE("languages are searched by any number of threads, and taken over from an interrupted run") {
  const Scratch folder;
  folder.write("en.txt", "a b\n\na\n");
  folder.write("fr.jsonl", "{\"text\": \"b\"}\n");
  const LanguageFacts facts = facts_of({{"a", "b"}});
  const std::vector<SearchTask> tasks = {{{"en", folder.path("en.txt")}, listed_facts(facts)},
                                         {{"fr", folder.path("fr.jsonl")}, listed_facts(facts)}};
  const Provenance run{{"run", 1}};
  for (const int size : {1, 2}) {
    Threads threads(size);
    PresenceLog log(folder.path("log" + std::to_string(size)), run, false);
    const auto found = search_corpora(tasks, by("article"), nullptr, "searching", log, threads, true);
    CHECK(found[0].facts[0].present());
    CHECK_FALSE(found[1].facts[0].present());
    CHECK(found[0].corpus.articles == 2);
  }
  std::filesystem::remove(folder.path("fr.jsonl"));
  std::filesystem::copy(folder.path("en.txt"), folder.path("fr.jsonl"));  // no JSON: reading it would throw
  Threads threads(1);
  PresenceLog log(folder.path("log1"), run, true);
  const auto again = search_corpora(tasks, by("article"), nullptr, "searching", log, threads, true);
  CHECK(again[0].facts[0] == FactCounts{1, 1, 2, 1});
  CHECK(again[1].corpus.articles == 1);
  CHECK(again[0].corpus.hash.starts_with("xxh3-128:"));
  CHECK_THROWS_WITH(PresenceLog(folder.path("log1"), Provenance{{"run", 2}}, true), Contains("another model"));
  folder.write("log1", provenance_line(run) + "\n{\"pass\": 1}\n");
  CHECK_THROWS_WITH(PresenceLog(folder.path("log1"), run, true),
                    Contains("log1:2") && Contains("not a line of a search"));
}
