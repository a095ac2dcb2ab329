/// OUT.partial: what a probe that is under way has done, a line a relation of a language, so that it can go on.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/hits_file.hpp"
#include "neuroglot/experiment/facts/probe.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"

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
  return line.dump(-1, ' ', true, Provenance::error_handler_t::replace);  // ASCII: may be cut off anywhere
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

/// Appends relations as they are done. A run that is killed leaves all of them but, at worst, the one being written.
class PartialProbe {
 public:
  /// Begins the file anew, with what is known already. Throws Error where it can not be written.
  PartialProbe(std::filesystem::path path, const Provenance& provenance, const ProbeResults& done)
      : path_(std::move(path)) {
    AtomicFile file(path_);
    file.write(hits_first_line(provenance) + "\n");
    for (const ProbedLanguage& language : done)
      for (const RelationResult& result : language.relations)
        if (!result.relation.empty()) file.write(detail::relation_line(language.language, result) + "\n");
    file.commit();
    out_.open(path_, std::ios::app | std::ios::binary);
  }

  void add(std::string_view language, const RelationResult& result) {
    out_ << detail::relation_line(language, result) << '\n' << std::flush;
    if (!out_) throw error(path_.string(), ": could not be written: is the disk full?");
  }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
};

/// Takes over what a run of the same provenance left; a last line that was cut off is left out. Throws Error where it
/// was left by another run.
inline void resume_probe(const std::filesystem::path& path, const Provenance& provenance, const QuerySet& set,
                         ProbeResults& results) {
  LineReader lines(path);
  std::string line;
  if (!lines.next(line) || line != hits_first_line(provenance))
    throw error(path.string(),
                ": \"provenance\" differs: it was left by another run (other model, facts, options or version); probe "
                "without --resume to start anew");
  while (lines.next(line)) try {
      const nlohmann::json object = parse_json(line, lines.place());
      RelationResult result = detail::relation_of(object);
      for (std::size_t l = 0; l < results.size(); ++l)
        for (std::size_t r = 0; r < results[l].relations.size(); ++r)
          if (results[l].language == object.at("language") && set.languages[l].relations[r].relation == result.relation)
            results[l].relations[r] = result;
    } catch (const std::exception&) {  // cut off while it was written
      if (lines.next(line)) throw;
    }
}

}  // namespace neuroglot
