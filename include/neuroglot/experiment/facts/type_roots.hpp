/// Types and finer kinds of all languages' absent yet predicted facts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/roots.hpp"
#include "neuroglot/experiment/facts/subjectless_guess.hpp"

namespace neuroglot {

inline void type_roots(const RootTypes& types, std::span<LanguageRoots> languages) {
  for (LanguageRoots& of : languages)
    for (FactRoot& root : of.facts)
      if (root.is_absent_yet_predicted()) root.type = types(*root.listed.fact, root.listed.relation->relation);
}

/// The facts of type others in a row, by their places among the language's.
inline std::vector<std::size_t> facts_of_others(const LanguageRoots& roots) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < roots.facts.size(); ++i)
    if (roots.facts[i].type == RootType::others) all.push_back(i);
  return all;
}

/// Of each fact of a language, whether the model gives its object to the sentence without a subject; asks for those of
/// type others alone.
inline std::vector<bool> guessed_objects(const LanguageRoots& roots, const SubjectlessGuess& guess, Match match) {
  std::vector<bool> guessed(roots.facts.size());
  std::map<const RelationFacts*, std::vector<std::size_t>> by_relation;
  for (const std::size_t at : facts_of_others(roots)) by_relation[roots.facts[at].listed.relation].push_back(at);
  for (const auto& [relation, facts] : by_relation) {
    std::vector<std::string> objects;
    for (const std::size_t at : facts) objects.push_back(roots.facts[at].listed.fact->obj_label);
    const std::vector<bool> found = guess.matches(relation->sentence_frame, objects, match);
    for (std::size_t i = 0; i < facts.size(); ++i) guessed[facts[i]] = found[i];
  }
  return guessed;
}

/// What was measured of a language's facts beside their presence, by their places; empty where it was not.
struct MeasuredRoots {
  std::vector<bool> near_miss, guessed;
};

/// `measured` has an entry a language; presences are of the languages with a corpus.
inline void refine_roots(std::span<const FactPresence> presences, std::span<const MeasuredRoots> measured,
                         std::span<LanguageRoots> languages) {
  StatedFacts stated;
  std::vector<std::vector<ListedFact>> listed;
  for (const LanguageRoots& of : languages) {
    std::vector<ListedFact>& facts = listed.emplace_back();
    for (const FactRoot& root : of.facts) facts.push_back(root.listed);
  }
  const auto presence_of = [&](const LanguageRoots& of) {
    const auto found = std::ranges::find(presences, of.language, &FactPresence::language);
    return found == presences.end() ? nullptr : &*found;
  };
  for (std::size_t l = 0; l < languages.size(); ++l)
    if (const FactPresence* presence = presence_of(languages[l])) add_stated(listed[l], *presence, stated);
  for (std::size_t l = 0; l < languages.size(); ++l) {
    const FactPresence* presence = presence_of(languages[l]);
    if (presence == nullptr) continue;
    const auto most = most_frequent_objects(listed[l], *presence);
    for (const std::size_t at : facts_of_others(languages[l])) {
      FactRoot& root = languages[l].facts[at];
      RootEvidence evidence;
      if (const auto found = stated.find(root.listed.fact->uuid); found != stated.end())
        evidence.elsewhere = found->second;  // this language is not among them: its corpus lacks the fact
      evidence.near_miss = !measured[l].near_miss.empty() && measured[l].near_miss[at];
      evidence.guessed = !measured[l].guessed.empty() && measured[l].guessed[at];
      evidence.frequent = is_most_frequent_object(*root.counts, most.at(root.listed.relation->relation));
      root.finer = finer_root(*root.listed.fact, evidence);
    }
  }
}

}  // namespace neuroglot
