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
  const auto add = [&](std::string_view text) {
    hash.add(text);
    hash.add(std::string_view("\0", 1));
  };
  const Candidates* last = nullptr;
  for (const LanguageQueries& language : set.languages) {
    add(language.language);
    for (const RelationQueries& relation : language.relations) {
      add(relation.relation);
      for (const Query& query : relation.queries) {
        for (const std::string& text : {query.frame, query.fact.uuid, query.fact.sub_label, query.fact.obj_label})
          add(text);
        if (last != query.candidates.get())
          for (const Candidate& candidate : *query.candidates) add(candidate.label), add(candidate.key);
        last = query.candidates.get();
      }
    }
  }
  return hash.text();
}

}  // namespace neuroglot
