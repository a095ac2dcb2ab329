/// OUT.partial: what a probe that is under way has done, a line a relation of a language, so that it can go on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"
#include "neuroglot/experiment/facts/probe.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_log.hpp"

namespace neuroglot {

namespace detail {

inline std::string relation_line(std::string_view language, const RelationResult& result) {
  Provenance line{{"language", language},
                  {"relation", result.relation},
                  {"prompts", result.prompts},
                  {"prompts_left_out", result.prompts_left_out},
                  {"objects_beyond_masks", result.objects_beyond_masks},
                  {"skipped", Provenance::array()},
                  {"facts", Provenance::array()}};
  for (const SkippedFact& skipped : result.skipped) line["skipped"].push_back({skipped.place, skipped.why});
  for (const ProbedFact& fact : result.facts) {
    Provenance one = Provenance::parse(hit_line(language, fact.hit));
    one["query"] = fact.query;
    if (fact.pattern) one["pattern"] = static_cast<int>(*fact.pattern);
    if (!fact.order.empty()) one["order"] = fact.order;
    line["facts"].push_back(std::move(one));
  }
  return line.dump(-1, ' ', true, Provenance::error_handler_t::replace);
}

inline RelationResult relation_of(const nlohmann::json& line) {
  RelationResult result;
  result.relation = line.at("relation");
  result.prompts = line.at("prompts");
  result.prompts_left_out = line.at("prompts_left_out");
  result.objects_beyond_masks = line.at("objects_beyond_masks");
  for (const nlohmann::json& skipped : line.at("skipped")) result.skipped.push_back({skipped.at(0), skipped.at(1)});
  for (const nlohmann::json& one : line.at("facts")) {
    ProbedFact& fact = result.facts.emplace_back();
    fact.query = one.at("query");
    fact.hit = hit_of(one);
    if (one.contains("pattern")) fact.pattern = static_cast<PartialPattern>(one.at("pattern").get<int>());
    if (one.contains("order")) fact.order = one.at("order").get<std::vector<Index>>();
  }
  return result;
}

}  // namespace detail

/// Relations as they are done.
class PartialProbe {
 public:
  /// With `resume`, results takes over what a run of the same provenance left. Throws Error where it was left by
  /// another run.
  PartialProbe(std::filesystem::path path, const Provenance& provenance, bool resume, const QuerySet& set,
               ProbeResults& results)
      : log_(std::move(path), provenance_line(provenance), resume) {
    for (const LoggedLine& line : log_.left()) try {
        const nlohmann::json object = parse_json(line.text, line.place);
        place(object.at("language"), detail::relation_of(object), set, results);
      } catch (const nlohmann::json::exception& failure) {
        throw error(line.place, ": is not a line of a probe: ", detail::json_reason(failure));
      }
  }

  void add(std::string_view language, const RelationResult& result) {
    log_.add(detail::relation_line(language, result));
  }

 private:
  static void place(const std::string& language, RelationResult result, const QuerySet& set, ProbeResults& results) {
    for (std::size_t l = 0; l < results.size(); ++l)
      for (std::size_t r = 0; r < results[l].relations.size(); ++r)
        if (results[l].language == language && set.languages[l].relations[r].relation == result.relation) {
          results[l].relations[r] = std::move(result);
          return;
        }
  }

  LineLog log_;
};

}  // namespace neuroglot
