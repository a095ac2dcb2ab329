/// hits.jsonl: which facts a model predicts. {"provenance": ...} in the first line, then a line a fact and language.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

/// What became of one fact in one language.
struct Hit {
  std::string uuid, relation, obj_uri;
  Index object_tokens = 0;  ///< of the gold object
  bool full = false;        ///< its ids are the prediction of some mask count, the white-space token dropped from both
  bool partial = false;     ///< each of its ids appears in the prediction of some mask count
  bool exact = false;       ///< as full, nothing dropped
  Index masks = 0;          ///< the least mask count whose prediction fits (full before partial); 0 where none does
  std::string prediction;   ///< the text predicted with `masks` masks; with as many as the object has, where none fits
  std::optional<Index> rank;  ///< of the object among the relation's candidates, from 1 (where they were ranked)
};

struct LanguageHits {
  std::string language;
  std::vector<Hit> hits;
};

struct Hits {
  Provenance provenance;
  std::vector<LanguageHits> languages;

  /// nullptr where the file does not have the language.
  const LanguageHits* find(std::string_view language) const {
    const auto found = std::ranges::find(languages, language, &LanguageHits::language);
    return found == languages.end() ? nullptr : &*found;
  }
};

inline std::string hit_line(std::string_view language, const Hit& hit) {
  Provenance line{{"language", language},
                  {"relation", hit.relation},
                  {"uuid", hit.uuid},
                  {"obj_uri", hit.obj_uri},
                  {"object_tokens", hit.object_tokens},
                  {"full", hit.full},
                  {"partial", hit.partial},
                  {"exact", hit.exact},
                  {"masks", hit.masks},
                  {"prediction", hit.prediction}};
  if (hit.rank) line["rank"] = *hit.rank;
  return line.dump(-1, ' ', false, Provenance::error_handler_t::replace);
}

inline void write_hits(const std::filesystem::path& path, const Hits& hits) {
  AtomicFile file(path);
  file.write(provenance_line(hits.provenance) + "\n");
  for (const LanguageHits& of : hits.languages) {
    std::string lines;
    for (const Hit& hit : of.hits) lines += hit_line(of.language, hit) + "\n";
    file.write(lines);
  }
  file.commit();
}

namespace detail {

inline Hit hit_of(const nlohmann::json& object) {
  Hit hit{object.at("uuid"),       object.at("relation"), object.at("obj_uri"), object.at("object_tokens"),
          object.at("full"),       object.at("partial"),  object.at("exact"),   object.at("masks"),
          object.at("prediction"), std::nullopt};
  if (object.contains("rank")) hit.rank = object.at("rank").get<Index>();
  return hit;
}

}  // namespace detail

/// Languages come in the order of their first line. Throws Error naming file and line for what is not a line of hits.
inline Hits read_hits(const std::filesystem::path& path) {
  LineReader lines(path);
  Hits result;
  std::string line;
  if (!lines.next(line)) throw error(path.string(), ": is empty: ng-probe writes hits.jsonl");
  const Provenance first = Provenance::parse(line, nullptr, false);
  if (!first.is_object() || !first.contains("provenance"))
    throw error(lines.place(), R"(: an object with "provenance" expected: is this a hits.jsonl of ng-probe?)");
  result.provenance = first["provenance"];
  LanguageHits* of = nullptr;
  while (lines.next(line)) {
    if (is_white_space(line)) continue;
    try {
      const nlohmann::json object = parse_json(line, lines.place());
      const std::string language = object.at("language");
      if (of == nullptr || of->language != language) {
        const auto found = std::ranges::find(result.languages, language, &LanguageHits::language);
        of = found != result.languages.end() ? &*found : &result.languages.emplace_back(LanguageHits{language, {}});
      }
      of->hits.push_back(detail::hit_of(object));
    } catch (const nlohmann::json::exception& failure) {
      throw error(lines.place(), ": is not a line of hits: ", detail::json_reason(failure));
    }
  }
  if (result.languages.empty()) throw error(path.string(), ": holds no fact");
  return result;
}

}  // namespace neuroglot
