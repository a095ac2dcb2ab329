/// What an object may be: the candidates that a ranking protocol orders. (Kassner et al. 2021)
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot {

/// A possible object. Candidates of two languages with the same key are the same thing.
struct Candidate {
  std::string label;
  std::string key;  ///< the object's uri; empty where it is not known

  bool operator==(const Candidate&) const = default;
};

using Candidates = std::vector<Candidate>;  ///< of different labels

/// The relation's distinct objects in the order in which they come first. A label that stands for two uris is one
/// candidate, with the first one's key.
inline Candidates own_candidates(const RelationFacts& relation) {
  Candidates all;
  std::set<std::string> labels;
  for (const Fact& fact : relation.facts)
    if (labels.insert(fact.obj_label).second) all.push_back({fact.obj_label, fact.obj_uri});
  return all;
}

/// Typed candidates of one language: {"P36": {"subjects": [...], "objects": [...]}, ...}, of which "objects" are read.
/// (mLAMA's TREx_multilingual_objects/LANG.json)
using TypedObjects = std::map<std::string, std::vector<std::string>>;

/// Throws Error naming the file where it is not of that form.
inline TypedObjects read_typed_objects(const std::filesystem::path& path) {
  const nlohmann::json file = read_json(path);
  TypedObjects typed;
  try {
    for (const auto& [relation, value] : file.items())
      typed[relation] = value.at("objects").get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& failure) {
    throw error(path.string(), R"(: {"RELATION": {"objects": ["...", ...]}, ...} expected: )",
                detail::json_reason(failure));
  }
  return typed;
}

/// The typed objects of a relation, each with the uri that the facts know it by; objects of facts that are not among
/// them are put behind them and counted in `added`.
inline Candidates typed_candidates(const RelationFacts& relation, const std::vector<std::string>& objects,
                                   Index& added) {
  std::map<std::string, std::string> uris;
  const Candidates own = own_candidates(relation);
  for (const Candidate& candidate : own) uris.emplace(candidate.label, candidate.key);
  Candidates all;
  std::set<std::string> labels;
  for (const std::string& label : objects)
    if (labels.insert(label).second) all.push_back({label, uris.contains(label) ? uris.at(label) : ""});
  for (const Candidate& candidate : own)
    if (labels.insert(candidate.label).second) {
      all.push_back(candidate);
      ++added;
    }
  return all;
}

}  // namespace neuroglot
