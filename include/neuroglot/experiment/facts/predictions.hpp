/// Which facts of a data set a model predicts, out of hits.jsonl, refused where the two do not fit.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact_names.hpp"
#include "neuroglot/experiment/facts/hit_match.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"

namespace neuroglot {

/// Of each fact in a row; nothing for a fact that was not asked.
using FactPredictions = std::vector<std::optional<bool>>;

/// Throws Error for a hit of a fact that the language has not, has in another relation or with another object, and for
/// a fact with two.
inline FactPredictions predictions_of(const std::vector<ListedFact>& facts, const LanguageHits& hits, Match match) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (std::size_t i = 0; i < facts.size(); ++i) numbers.emplace(facts[i].fact->uuid, i);
  FactPredictions predictions(facts.size());
  for (const Hit& hit : hits.hits) {
    const auto found = numbers.find(hit.uuid);
    const bool fits = found != numbers.end() && facts[found->second].relation->relation == hit.relation &&
                      facts[found->second].fact->obj_uri == hit.obj_uri;
    if (!fits)
      throw error("the hits of language ", hits.language, " speak of the fact ", in_quotes(hit.uuid), " of ",
                  hit.relation, " with object ", in_quotes(hit.obj_uri),
                  ", which the facts do not have: were they made with other facts?");
    std::optional<bool>& prediction = predictions[found->second];
    if (prediction)
      throw error("the fact ", in_quotes(hit.uuid), " (", hit.relation, ") has two lines for language ", hits.language,
                  ": was the file put together from two runs?");
    prediction = is_hit(hit, match);
  }
  return predictions;
}

}  // namespace neuroglot
