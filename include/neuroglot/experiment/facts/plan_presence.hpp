/// Texts that were made by a plan: which facts it says they state, against which were found in them.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/roots.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

struct PlannedStatement {
  std::string group;             ///< "shared", "transferred", ...
  std::set<std::string> stated;  ///< the languages whose text states the fact
};

/// By uuid.
using StatementPlan = std::map<std::string, PlannedStatement>;

/// {"facts": {UUID: {"group": ..., "stated": [LANG, ...]}, ...}}. Throws Error naming the file for anything else.
inline StatementPlan read_statement_plan(const std::filesystem::path& path) {
  const nlohmann::json file = read_json(path);
  StatementPlan plan;
  try {
    for (const auto& [uuid, fact] : file.at("facts").items())
      plan[uuid] = {fact.at("group"), fact.at("stated").get<std::set<std::string>>()};
  } catch (const nlohmann::json::exception& failure) {
    throw error(path.string(), R"(: is not a plan of facts, {"facts": {UUID: {"group": ..., "stated": [...]}}}: )",
                detail::json_reason(failure));
  }
  return plan;
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
inline Provenance plan_json(const StatementPlan& plan, std::span<const LanguageRoots> languages) {
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
      const auto stated = static_cast<std::size_t>(planned->second.stated.contains(of.language));
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
