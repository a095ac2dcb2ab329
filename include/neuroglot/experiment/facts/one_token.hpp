/// P@1 of the facts whose object is one token, where no number of masks has to be found. (Zhao et al. 2024, "Mask Token
/// Count")
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/hit_match.hpp"

namespace neuroglot {

struct OneToken {
  std::string language;
  Index entities = 0;        ///< different objects whose label is one token
  Index facts = 0;           ///< with such an object
  Index hits = 0;            ///< of these
  std::optional<double> p1;  ///< percent: hits / facts of each object over all relations, mean over the objects
};

/// Of each language. An object counts with its facts of one token alone, should its label differ between facts.
inline std::vector<OneToken> one_token(const Hits& hits, Match match) {
  struct Share {
    Index hits = 0, facts = 0;
  };
  std::vector<OneToken> all;
  for (const LanguageHits& of : hits.languages) {
    std::map<std::string_view, Share> objects;
    for (const Hit& hit : of.hits) {
      if (hit.object_tokens != 1) continue;
      Share& share = objects[hit.obj_uri];
      ++share.facts;
      share.hits += is_hit(hit, match) ? 1 : 0;
    }
    OneToken& found = all.emplace_back(OneToken{of.language, static_cast<Index>(objects.size()), 0, 0, {}});
    double sum = 0;
    for (const auto& [uri, share] : objects) {
      found.facts += share.facts;
      found.hits += share.hits;
      sum += static_cast<double>(share.hits) / static_cast<double>(share.facts);
    }
    if (found.entities > 0) found.p1 = 100 * sum / static_cast<double>(found.entities);
  }
  return all;
}

}  // namespace neuroglot
