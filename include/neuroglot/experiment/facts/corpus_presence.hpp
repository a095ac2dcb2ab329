/// Which facts stand in which language's corpus, out of roots.jsonl of ng-roots.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "neuroglot/analysis/fact_kind.hpp"
#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/neuron_file.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

/// Lines {"language": "en", "uuid": "...", "present": true, ...}; a first line with "provenance" is passed by. What no
/// line speaks of stays unknown. Throws Error naming file and line for what is no such line and for a fact that comes
/// twice.
inline CorpusPresence read_corpus_presence(const std::filesystem::path& path, const FactNeuronSets& sets) {
  std::map<std::string, std::size_t> languages, facts;
  for (std::size_t k = 0; k < sets.languages.size(); ++k) languages[sets.languages[k]] = k;
  for (std::size_t f = 0; f < sets.facts.size(); ++f) facts[sets.facts[f].uuid] = f;
  CorpusPresence presence(sets.languages.size(), std::vector<std::optional<bool>>(sets.facts.size()));
  LineReader lines(path);
  for (std::string line; lines.next(line);) {
    if (is_white_space(line)) continue;
    const nlohmann::json object = parse_json(line, lines.place());
    if (object.is_object() && object.contains("provenance")) continue;
    try {
      const auto language = languages.find(object.at("language"));
      const auto fact = facts.find(object.at("uuid"));
      const bool is_present = object.at("present");
      if (language == languages.end() || fact == facts.end()) continue;
      std::optional<bool>& known = presence[language->second][fact->second];
      if (known) throw error(lines.place(), ": the fact ", fact->first, " comes a second time in ", language->first);
      known = is_present;
    } catch (const nlohmann::json::exception& failure) {
      throw error(lines.place(), R"(: is not a line of roots: "language", "uuid" and "present" expected: )",
                  detail::json_reason(failure));
    }
  }
  return presence;
}

}  // namespace neuroglot
