/// The facts that a model predicts in a language, relation by relation: what ng-probe found joined with the data set.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"

namespace neuroglot {

/// What ng-probe found of a language.
struct LanguageScore {
  std::string language;
  std::size_t facts = 0;
  std::size_t hits = 0;  ///< by full match

  double p_at_1() const { return facts == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(facts); }
};

/// Of highest P@1 first; languages of the same P@1 as the file has them.
inline std::vector<LanguageScore> languages_by_score(const Hits& hits) {
  std::vector<LanguageScore> scores;
  for (const LanguageHits& of : hits.languages)
    scores.push_back(
        {of.language, of.hits.size(), static_cast<std::size_t>(std::ranges::count(of.hits, true, &Hit::full))});
  std::ranges::stable_sort(scores, std::greater<>(), &LanguageScore::p_at_1);
  return scores;
}

/// A fact that full match predicts with so many masks; refers to the data set.
struct PredictedFact {
  const Fact* fact = nullptr;
  Index masks = 0;
};

struct PredictedRelation {
  std::string language;
  const RelationFacts* relation = nullptr;
  std::vector<PredictedFact> facts;  ///< as the data set orders them
};

namespace detail {

/// Full hits of a language by relation and uuid, each with its mask count.
using FullHits = std::map<std::pair<std::string_view, std::string_view>, Index>;

inline FullHits full_hits(const LanguageHits& of, std::vector<SkippedFact>& skipped) {
  FullHits full;
  for (const Hit& hit : of.hits) {
    const std::string place = of.language + "/" + hit.relation + " " + hit.uuid;
    if (!hit.full) continue;
    if (hit.masks < 1)
      skipped.push_back({place, "is a hit without a number of masks"});
    else if (!full.try_emplace({hit.relation, hit.uuid}, hit.masks).second)
      skipped.push_back({place, "the hits name it twice"});
  }
  return full;
}

}  // namespace detail

/// Of one language; hits that the data set lacks are named in `skipped`. Relations without a hit are left out.
inline std::vector<PredictedRelation> predicted_facts(const LanguageFacts& facts, const LanguageHits& hits,
                                                      std::vector<SkippedFact>& skipped) {
  detail::FullHits full = detail::full_hits(hits, skipped);
  std::vector<PredictedRelation> predicted;
  for (const RelationFacts& relation : facts.relations) {
    PredictedRelation of{facts.language, &relation, {}};
    for (const Fact& fact : relation.facts)
      if (const auto hit = full.find({relation.relation, fact.uuid}); hit != full.end()) {
        of.facts.push_back({&fact, hit->second});
        full.erase(hit);
      }
    if (!of.facts.empty()) predicted.push_back(std::move(of));
  }
  for (const auto& [key, masks] : full)
    skipped.push_back({text_of(facts.language, "/", key.first, " ", key.second), "is a hit that the data set lacks"});
  return predicted;
}

}  // namespace neuroglot
