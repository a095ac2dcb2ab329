/// Texts that were made by a plan: which facts it says they state, against which were found in them.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact_plan.hpp"
#include "neuroglot/experiment/facts/roots.hpp"
#include "neuroglot/experiment/provenance.hpp"

namespace neuroglot {

/// Throws Error, opening with `where`, for a plan that does not say which texts state a fact.
inline void require_stated(const FactPlan& plan, const std::string& where) {
  for (const auto& [uuid, fact] : plan)
    if (!fact.stated) throw error(where, ": fact ", uuid, ": \"stated\" is missing: which languages' texts state it?");
}

/// [planned][found] as counts of facts in languages.
struct PlanConfusion {
  std::array<std::array<std::size_t, 2>, 2> counts{};

  Provenance json() const {
    return {{"stated_present", counts[1][1]},
            {"stated_absent", counts[1][0]},
            {"not_stated_present", counts[0][1]},
            {"not_stated_absent", counts[0][0]}};
  }
};

/// By language and by planned group, over the languages with a corpus; facts that the plan lacks are counted apart.
inline Provenance plan_json(const FactPlan& plan, std::span<const LanguageRoots> languages) {
  std::map<std::string, PlanConfusion> groups;
  Provenance by_language = Provenance::object();
  PlanConfusion all;
  std::size_t not_planned = 0;
  for (const LanguageRoots& of : languages) {
    if (!of.corpus) continue;
    PlanConfusion confusion;
    for (const FactRoot& root : of.facts) {
      const auto planned = plan.find(root.listed.fact->uuid);
      if (planned == plan.end()) {
        ++not_planned;
        continue;
      }
      const auto stated = static_cast<std::size_t>(planned->second.stated->contains(of.language));
      const auto found = static_cast<std::size_t>(root.presence() == Presence::present);
      for (PlanConfusion* one : {&all, &confusion, &groups[planned->second.group]}) ++one->counts[stated][found];
    }
    by_language[of.language] = confusion.json();
  }
  Provenance by_group = Provenance::object();
  for (const auto& [group, confusion] : groups) by_group[group] = confusion.json();
  return {{"all", all.json()}, {"groups", by_group}, {"languages", by_language}, {"not_planned", not_planned}};
}

}  // namespace neuroglot
