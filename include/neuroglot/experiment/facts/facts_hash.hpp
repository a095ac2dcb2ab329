/// The hash of a data set of facts, for provenance: the same for the same names in the same order.
#pragma once

#include <string>
#include <string_view>

#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/io/hash.hpp"

namespace neuroglot {

inline std::string facts_hash(const FactSet& set) {
  ContentHash hash;
  for (const LanguageFacts& language : set.languages) {
    hash.add_text(language.language);
    for (const RelationFacts& relation : language.relations) {
      hash.add_text(relation.relation);
      hash.add_text(relation.sentence_frame);
      for (const Fact& fact : relation.facts)
        for (const std::string& text : {fact.uuid, fact.obj_uri, fact.sub_label, fact.obj_label}) hash.add_text(text);
    }
  }
  return hash.text();
}

}  // namespace neuroglot
