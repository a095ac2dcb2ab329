/// The hash of all queries, for provenance: the same for the same sentences, objects and candidates in the same order.
#pragma once

#include <string>
#include <string_view>

#include "neuroglot/experiment/facts/query.hpp"
#include "neuroglot/io/hash.hpp"

namespace neuroglot {

inline std::size_t query_count(const QuerySet& set) {
  std::size_t all = 0;
  for (const LanguageQueries& language : set.languages) all += language.size();
  return all;
}

inline std::string query_hash(const QuerySet& set) {
  ContentHash hash;
  const Candidates* last = nullptr;
  for (const LanguageQueries& language : set.languages) {
    hash.add_text(language.language);
    for (const RelationQueries& relation : language.relations) {
      hash.add_text(relation.relation);
      for (const Query& query : relation.queries) {
        for (const std::string& text : {query.frame, query.fact.uuid, query.fact.sub_label, query.fact.obj_label})
          hash.add_text(text);
        if (last != query.candidates.get())
          for (const Candidate& candidate : *query.candidates)
            hash.add_text(candidate.label), hash.add_text(candidate.key);
        last = query.candidates.get();
      }
    }
  }
  return hash.text();
}

}  // namespace neuroglot
