/// What protocols are asked: sentences with a gap, the object that belongs there, and what else might.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/candidates.hpp"
#include "neuroglot/experiment/facts/fact.hpp"

namespace neuroglot {

struct Query {
  std::string frame;  ///< holds [X] and [Y] once each
  Fact fact;
  std::shared_ptr<const Candidates> candidates;  ///< often shared by a whole relation; the object is among them
};

/// The queries of one relation in one language: what is probed, counted and resumed as one.
struct RelationQueries {
  std::string relation;
  std::string file;  ///< where the facts stand: "mlama/en/P19.jsonl"
  std::vector<Query> queries;

  std::string place(std::size_t query) const { return file + ":" + std::to_string(queries[query].fact.line); }
};

struct LanguageQueries {
  std::string language;
  std::vector<RelationQueries> relations;

  std::size_t size() const {
    std::size_t all = 0;
    for (const RelationQueries& relation : relations) all += relation.queries.size();
    return all;
  }
};

struct QuerySet {
  std::vector<LanguageQueries> languages;
  std::vector<SkippedFact> skipped;
  Index candidates_added = 0;      ///< objects that their relation's typed candidates lacked
  Index candidates_ambiguous = 0;  ///< lists that could be read in two ways (BMLAMA)
};

struct QueryOptions {
  std::vector<std::string> relations;               ///< empty: all
  std::optional<std::filesystem::path> candidates;  ///< a folder of LANG.json; where a relation is not in it: its own
                                                    ///< distinct objects
  Index max_facts = 0;                              ///< of each relation the first so many; 0: all
};

/// Throws UsageError where no language of the set has typed candidates in the folder: a mistyped name must not do.
inline void require_candidates(const FactSet& facts, const std::filesystem::path& folder) {
  const auto has_file = [&](const LanguageFacts& of) {
    return std::filesystem::exists(folder / (of.language + ".json"));
  };
  if (std::ranges::none_of(facts.languages, has_file))
    throw usage_error("--candidates ", folder.string(), ": has no LANG.json of a language that is probed");
}

/// The queries of a set of facts. A relation keeps all of its objects as candidates where max_facts cuts its facts.
/// Throws UsageError for a relation that no language has, and for candidates that are not there.
inline QuerySet fact_queries(FactSet facts, const std::filesystem::path& folder, const QueryOptions& options) {
  QuerySet set;
  if (options.candidates) require_candidates(facts, *options.candidates);
  set.skipped = std::move(facts.skipped);
  const auto wanted = [&](const std::string& relation) {
    return options.relations.empty() || std::ranges::find(options.relations, relation) != options.relations.end();
  };
  for (LanguageFacts& of : facts.languages) {
    LanguageQueries language{of.language, {}};
    TypedObjects typed;
    if (options.candidates) {
      const std::filesystem::path file = *options.candidates / (of.language + ".json");
      if (std::filesystem::exists(file)) typed = read_typed_objects(file);
    }
    for (RelationFacts& facts_of : of.relations) {
      if (!wanted(facts_of.relation)) continue;
      const auto found = typed.find(facts_of.relation);
      const auto candidates = std::make_shared<const Candidates>(
          found == typed.end() ? own_candidates(facts_of)
                               : typed_candidates(facts_of, found->second, set.candidates_added));
      RelationQueries relation{facts_of.relation, (folder / of.language / (facts_of.relation + ".jsonl")).string(), {}};
      for (Fact& fact : facts_of.facts) {
        if (options.max_facts > 0 && static_cast<Index>(relation.queries.size()) == options.max_facts) break;
        relation.queries.push_back({facts_of.sentence_frame, std::move(fact), candidates});
      }
      language.relations.push_back(std::move(relation));
    }
    set.languages.push_back(std::move(language));
  }
  for (const std::string& relation : options.relations) {
    bool found = false;
    for (const LanguageQueries& language : set.languages)
      for (const RelationQueries& of : language.relations) found = found || of.relation == relation;
    if (!found) throw usage_error("--relations ", relation, ": no language has facts of it");
  }
  return set;
}

}  // namespace neuroglot
