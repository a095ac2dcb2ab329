/// Which fact is meant: by its uuid or by its subject.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/predicted_facts.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

/// The uuid of the predicted fact that `text` is the uuid of, or the subject of in some language, or "subject /
/// RELATION" where a subject has several facts. Throws UsageError where there is none, and naming them where there are
/// several.
inline std::string chosen_fact(const std::vector<PredictedRelation>& relations, std::string_view text) {
  std::set<std::string> found, shown;
  for (const PredictedRelation& of : relations)
    for (const PredictedFact& predicted : of.facts) {
      const Fact& fact = *predicted.fact;
      if (fact.uuid == text) return fact.uuid;
      if (fact.sub_label != text && fact.sub_label + " / " + of.relation->relation != text) continue;
      if (found.insert(fact.uuid).second)
        shown.insert(in_quotes(fact.sub_label + " / " + of.relation->relation) + " (" + fact.uuid + ")");
    }
  if (found.empty())
    throw usage_error("--fact ", in_quotes(text), ": no fact that is predicted has this uuid or subject");
  if (found.size() > 1) {
    std::string list;
    for (const std::string& one : shown) list += (list.empty() ? "" : ", ") + one;
    throw usage_error("--fact ", in_quotes(text), ": is meant ", found.size(), " times: ", list);
  }
  return *found.begin();
}

}  // namespace neuroglot
