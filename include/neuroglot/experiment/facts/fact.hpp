/// A fact is a subject and an object that stand in a relation; its uuid joins it across languages. (mLAMA, Kassner et
/// al. 2021)
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace neuroglot {

/// One fact in one language.
struct Fact {
  std::string uuid;
  std::string sub_uri, obj_uri;
  std::string sub_label, obj_label;  ///< as this language writes them
  std::size_t line = 0;              ///< in the relation's file, from 1
};

/// The facts of one relation in one language, in the order of the file.
struct RelationFacts {
  std::string relation;        ///< "P19"
  std::string sentence_frame;  ///< the template, "[X] was born in [Y] ."
  std::vector<Fact> facts;
};

struct LanguageFacts {
  std::string language;
  std::vector<RelationFacts> relations;  ///< those with facts, in the order of templates.jsonl

  std::size_t facts() const {
    std::size_t all = 0;
    for (const RelationFacts& relation : relations) all += relation.facts.size();
    return all;
  }
};

/// What was left out of a data set, and why; results count it.
struct SkippedFact {
  std::string place;  ///< "en/P19.jsonl:17"
  std::string why;
};

struct FactSet {
  std::vector<LanguageFacts> languages;
  std::vector<SkippedFact> skipped;

  /// nullptr where the set does not have the language.
  const LanguageFacts* find(std::string_view language) const {
    const auto found = std::ranges::find(languages, language, &LanguageFacts::language);
    return found == languages.end() ? nullptr : &*found;
  }
};

}  // namespace neuroglot
