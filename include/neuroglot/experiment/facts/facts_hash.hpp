/// The hash of a data set of facts, for provenance: the same for the same names in the same order.
#pragma once

#include <string>
#include <string_view>

#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/io/hash.hpp"

namespace neuroglot {

inline std::string facts_hash(const FactSet& set) {
  ContentHash hash;
  const auto add = [&](std::string_view text) {
    hash.add(text);
    hash.add(std::string_view("\0", 1));
  };
  for (const LanguageFacts& language : set.languages) {
    add(language.language);
    for (const RelationFacts& relation : language.relations) {
      add(relation.relation);
      add(relation.sentence_frame);
      for (const Fact& fact : relation.facts)
        for (const std::string& text : {fact.uuid, fact.obj_uri, fact.sub_label, fact.obj_label}) add(text);
    }
  }
  return hash.text();
}

}  // namespace neuroglot
