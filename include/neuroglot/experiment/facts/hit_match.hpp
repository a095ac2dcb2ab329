/// Which of a fact's matches counts as a hit, and the hits of all languages as sets. (Zhao et al. 2024, section 3)
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "neuroglot/analysis/hit_sets.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"

namespace neuroglot {

enum class Match { full, partial, exact };

inline constexpr std::array<std::string_view, 3> match_names = {"full", "partial", "exact"};

inline std::string_view name(Match match) {
  return match_names[static_cast<std::size_t>(match)];
}

/// Throws UsageError for any other name.
inline Match match_named(std::string_view wanted) {
  for (const Match match : {Match::full, Match::partial, Match::exact})
    if (name(match) == wanted) return match;
  throw usage_error("the match ", wanted, " is not known (known: full, partial, exact)");
}

inline bool is_hit(const Hit& hit, Match match) {
  return match == Match::full ? hit.full : match == Match::partial ? hit.partial : hit.exact;
}

/// Facts are numbered in the order in which the file first names their uuid; a fact is present in a language that has
/// a line for it. Throws Error for a language that has two.
inline HitSets hit_sets(const Hits& hits, Match match) {
  std::unordered_map<std::string_view, std::size_t> numbers;
  for (const LanguageHits& of : hits.languages)
    for (const Hit& hit : of.hits) numbers.emplace(hit.uuid, numbers.size());
  HitSets result{{}, {}, numbers.size()};
  for (const LanguageHits& of : hits.languages) {
    result.languages.push_back(of.language);
    HitSet& set = result.sets.emplace_back(HitSet{BitSet(result.facts), BitSet(result.facts)});
    for (const Hit& hit : of.hits) {
      const std::size_t fact = numbers.at(hit.uuid);
      if (set.present.contains(fact))
        throw error("the fact ", in_quotes(hit.uuid), " (", hit.relation, ") has two lines for language ", of.language,
                    ": was the file put together from two runs?");
      set.present.insert(fact);
      if (is_hit(hit, match)) set.hits.insert(fact);
    }
  }
  return result;
}

}  // namespace neuroglot
