/// Where a fact of type others may come from: rules beyond the paper's, each of which can be measured.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/facts/fact_names.hpp"
#include "neuroglot/experiment/facts/fact_presence.hpp"

namespace neuroglot {

/// In the order of the rules: the first that holds gives the kind.
enum class FinerRoot {
  same_object_name,  ///< another language's corpus states it with the same name of the object
  transferred,       ///< another language's corpus states it
  near_miss,         ///< this corpus holds both names in a chunk if case and borders of words do not count
  guessed_object,    ///< the model gives this object to the relation's sentence without a subject too
  frequent_object,   ///< no other object of the relation stands in as many articles of this corpus
  unexplained
};

inline constexpr std::array<std::string_view, 6> finer_root_names = {
    "same_object_name", "transferred", "near_miss", "guessed_object", "frequent_object", "unexplained"};

inline std::string_view name(FinerRoot root) {
  return finer_root_names[static_cast<std::size_t>(root)];
}

/// The names that a fact has in a language whose corpus states it.
struct StatedFact {
  std::string_view language, object;
};

/// By uuid.
using StatedFacts = std::map<std::string_view, std::vector<StatedFact>>;

/// Adds the facts that stand in a language's corpus; the facts must outlive `stated`.
inline void add_stated(const std::vector<ListedFact>& facts, const FactPresence& presence, StatedFacts& stated) {
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (presence.facts[i].present())
      stated[facts[i].fact->uuid].push_back({presence.language, searched_name(facts[i].fact->obj_label)});
}

/// Whether a language whose corpus states the fact calls the object as this one does.
inline bool has_same_object_name(const Fact& fact, std::span<const StatedFact> elsewhere) {
  return std::ranges::any_of(elsewhere,
                             [&](const StatedFact& stated) { return stated.object == searched_name(fact.obj_label); });
}

/// Whether any other corpus states the fact.
inline bool is_stated_elsewhere(std::span<const StatedFact> elsewhere) {
  return !elsewhere.empty();
}

/// The articles that the most frequent object of each relation is in.
inline std::map<std::string_view, std::int64_t> most_frequent_objects(const std::vector<ListedFact>& facts,
                                                                      const FactPresence& presence) {
  std::map<std::string_view, std::int64_t> most;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    std::int64_t& of_relation = most[facts[i].relation->relation];
    of_relation = std::max(of_relation, presence.facts[i].object_articles);
  }
  return most;
}

/// Whether no object of the relation is in more articles; one that is in none is not frequent.
inline bool is_most_frequent_object(const FactCounts& counts, std::int64_t most) {
  return counts.object_articles > 0 && counts.object_articles == most;
}

/// What was measured of one fact that is of type others.
struct RootEvidence {
  std::span<const StatedFact> elsewhere;
  bool near_miss = false;
  bool guessed = false;
  bool frequent = false;
};

inline FinerRoot finer_root(const Fact& fact, const RootEvidence& evidence) {
  if (has_same_object_name(fact, evidence.elsewhere)) return FinerRoot::same_object_name;
  if (is_stated_elsewhere(evidence.elsewhere)) return FinerRoot::transferred;
  if (evidence.near_miss) return FinerRoot::near_miss;
  if (evidence.guessed) return FinerRoot::guessed_object;
  return evidence.frequent ? FinerRoot::frequent_object : FinerRoot::unexplained;
}

}  // namespace neuroglot
