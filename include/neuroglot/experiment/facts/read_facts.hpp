/// mLAMA's format on disk: LANG/templates.jsonl and LANG/RELATION.jsonl. (github.com/norakassner/mlama)
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/facts/fact.hpp"
#include "neuroglot/io/json.hpp"
#include "neuroglot/io/line_reader.hpp"
#include "neuroglot/io/utf8_check.hpp"

namespace neuroglot {

namespace detail {

/// A string member of a line; throws Error naming file and line where it is missing.
inline std::string fact_member(const nlohmann::json& object, const char* key, const std::string& place) {
  if (!object.is_object() || !object.contains(key) || !object[key].is_string())
    throw error(place, ": an object with a string \"", key, "\" expected");
  return object[key].get<std::string>();
}

inline std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// Reads one language's folder; what it leaves out goes to `skipped`.
class FactFolder {
 public:
  FactFolder(std::filesystem::path folder, std::vector<SkippedFact>& skipped)
      : folder_(std::move(folder)), skipped_(&skipped) {}

  LanguageFacts read() {
    LanguageFacts result{folder_.filename().string(), {}};
    for (RelationFacts& relation : frames()) {
      const std::filesystem::path file = folder_ / (relation.relation + ".jsonl");
      if (std::filesystem::exists(file)) read_relation(file, relation);
      if (relation.facts.empty())
        skip(file.string(), "the relation has no facts");
      else
        result.relations.push_back(std::move(relation));
    }
    name_files_without_template();
    return result;
  }

 private:
  void skip(std::string place, std::string why) { skipped_->push_back({std::move(place), std::move(why)}); }

  /// The relations that templates.jsonl names and that can be used, still without facts.
  std::vector<RelationFacts> frames() {
    const std::filesystem::path file = folder_ / "templates.jsonl";
    if (!std::filesystem::exists(file))
      throw error(file.string(), ": is missing: a language's folder holds templates.jsonl and RELATION.jsonl files");
    std::vector<RelationFacts> frames;
    LineReader lines(file);
    for (std::string line; lines.next(line);) {
      if (is_white_space(line)) continue;
      const nlohmann::json object = parse_json(line, lines.place());
      RelationFacts relation{
          fact_member(object, "relation", lines.place()), fact_member(object, "template", lines.place()), {}};
      if (relation.relation.empty() || relation.relation.find('/') != std::string::npos)
        throw error(lines.place(), ": ", in_quotes(relation.relation), " can not be the name of a relation");
      if (!named_.insert(relation.relation).second)
        throw error(lines.place(), ": a second template for ", relation.relation);
      if (occurrences(relation.sentence_frame, "[X]") != 1 || occurrences(relation.sentence_frame, "[Y]") != 1)
        skip(lines.place(), "the template of " + relation.relation + " does not hold [X] and [Y] once each");
      else
        frames.push_back(std::move(relation));
    }
    return frames;
  }

  void read_relation(const std::filesystem::path& file, RelationFacts& relation) {
    LineReader lines(file);
    std::size_t number = 0;
    for (std::string line; lines.next(line);) {
      ++number;
      if (is_white_space(line)) continue;
      const nlohmann::json object = parse_json(line, lines.place());
      const auto member = [&](const char* key) { return fact_member(object, key, lines.place()); };
      Fact fact{member("uuid"), member("sub_uri"), member("obj_uri"), member("sub_label"), member("obj_label"), number};
      if (is_white_space(fact.sub_label) || is_white_space(fact.obj_label))
        skip(lines.place(), "a label is empty");
      else if (!uuids_.insert(fact.uuid).second)
        skip(lines.place(), "the uuid " + in_quotes(fact.uuid) + " was there before");
      else
        relation.facts.push_back(std::move(fact));
    }
  }

  void name_files_without_template() {
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) files.insert(entry.path());
    for (const std::filesystem::path& file : files)
      if (file.extension() == ".jsonl" && file.stem() != "templates" && !named_.contains(file.stem().string()))
        skip(file.string(), "templates.jsonl has no template for it");
  }

  std::filesystem::path folder_;
  std::vector<SkippedFact>* skipped_;
  std::set<std::string> named_;  // relations in templates.jsonl
  std::set<std::string> uuids_;  // of the language
};

}  // namespace detail

/// Reads the languages given, or every folder that holds templates.jsonl, in alphabetical order. What is left out
/// (a template without [X] or [Y], a relation without facts or without template, an empty label, a uuid that was there
/// before) is named in `skipped`. Throws Error naming file and line for broken JSON, invalid UTF-8, a missing member, a
/// second template for a relation; UsageError for a language that is not there.
inline FactSet read_facts(const std::filesystem::path& folder, std::span<const std::string> languages = {}) {
  if (!std::filesystem::is_directory(folder)) throw usage_error(folder.string(), ": is not a folder of facts");
  std::vector<std::string> names(languages.begin(), languages.end());
  if (names.empty())
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (std::filesystem::exists(entry.path() / "templates.jsonl")) names.push_back(entry.path().filename().string());
  if (languages.empty()) std::ranges::sort(names);
  if (names.empty()) throw error(folder.string(), ": no LANG/templates.jsonl in it: is it in mLAMA's format?");
  FactSet set;
  for (const std::string& name : names) {
    if (set.find(name) != nullptr) throw usage_error("language ", name, " is given twice");
    if (!std::filesystem::is_directory(folder / name))
      throw usage_error(folder.string(), ": has no folder for language ", name);
    set.languages.push_back(detail::FactFolder(folder / name, set.skipped).read());
  }
  if (std::ranges::all_of(set.languages, [](const LanguageFacts& of) { return of.facts() == 0; }))
    throw error(folder.string(), ": holds no fact that can be used");
  return set;
}

}  // namespace neuroglot
