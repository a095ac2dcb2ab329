/// plan.json of a model whose training texts were made: which kind of fact each was meant to be, and whether it became
/// one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/analysis/fact_kind.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

struct PlannedFact {
  std::string group;                            ///< "shared", "transferred", "independent", "none"
  std::optional<std::set<std::string>> stated;  ///< the languages whose text states the fact
};

/// By uuid.
using FactPlan = std::map<std::string, PlannedFact>;

/// {"facts": {UUID: {"group": ..., "stated": [LANG, ...]}, ...}}, "stated" where it is known. Throws Error naming the
/// file for anything else.
inline FactPlan read_fact_plan(const std::filesystem::path& path) {
  const nlohmann::json file = read_json(path);
  FactPlan plan;
  try {
    for (const auto& [uuid, fact] : file.at("facts").items()) {
      PlannedFact& planned = plan[uuid];
      planned.group = fact.at("group");
      if (fact.contains("stated")) planned.stated = fact["stated"].get<std::set<std::string>>();
    }
  } catch (const nlohmann::json::exception& failure) {
    throw error(path.string(), R"(: is not a plan of facts, {"facts": {UUID: {"group": ..., "stated": [...]}}}: )",
                detail::json_reason(failure));
  }
  return plan;
}

/// How many facts of each planned group are of each kind.
struct KindConfusion {
  struct Row {
    std::string planned;
    std::array<std::size_t, kind_names.size()> found{};  ///< by RepresentationKind
    std::size_t not_compared = 0;  ///< that no two languages predict, or that nothing could be compared with
    double overlap = 0;            ///< mean over the facts that have a kind
  };
  std::vector<Row> rows;
};

/// Rows by the order of their names; facts that the plan lacks are in row "not planned".
inline KindConfusion confusion_of_kinds(const FactPlan& plan, const FactNeuronSets& sets,
                                        const std::vector<FactKind>& kinds) {
  std::map<std::string, KindConfusion::Row> rows;
  for (const auto& [uuid, of] : plan) ++rows[of.group].not_compared;
  for (const FactKind& of : kinds) {
    const auto planned = plan.find(sets.facts[of.fact].uuid);
    KindConfusion::Row& row = rows[planned == plan.end() ? "not planned" : planned->second.group];
    if (planned != plan.end()) --row.not_compared;
    ++row.found[static_cast<std::size_t>(of.kind)];
    row.overlap += of.overlap;
  }
  KindConfusion confusion;
  for (auto& [group, row] : rows) {
    std::size_t found = 0;
    for (const std::size_t count : row.found) found += count;
    row.planned = group;
    row.overlap /= static_cast<double>(std::max<std::size_t>(1, found));
    confusion.rows.push_back(row);
  }
  return confusion;
}

inline Provenance confusion_json(const KindConfusion& confusion) {
  Provenance rows = Provenance::array();
  for (const KindConfusion::Row& row : confusion.rows) {
    rows.push_back({{"planned", row.planned}});
    for (std::size_t kind = 0; kind < kind_names.size(); ++kind)
      rows.back()[std::string(kind_names[kind])] = row.found[kind];
    rows.back()["not_compared"] = row.not_compared;
    rows.back()["overlap"] = row.overlap;
  }
  return rows;
}

}  // namespace neuroglot
