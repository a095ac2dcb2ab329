/// roots.json, roots.jsonl and the table of ng-roots.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/facts/presence_log.hpp"
#include "neuroglot/experiment/facts/roots.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/atomic_file.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

namespace detail {

template <std::size_t count>
Provenance named_counts(const std::array<std::string_view, count>& names,
                        const std::array<std::size_t, count>& counts) {
  Provenance json = Provenance::object();
  for (std::size_t i = 0; i < count; ++i) json[std::string(names[i])] = counts[i];
  return json;
}

inline Provenance cells_json(const RootCells& cells) {
  Provenance json{{"not_in_data_set", cells.not_in_data_set}};
  for (std::size_t i = 0; i < presence_names.size(); ++i)
    json[std::string(presence_names[i])] = named_counts(asked_names, cells.counts[i]);
  return json;
}

inline Provenance shares_json(const RootCells& cells, std::size_t all_facts) {
  const auto share = [&](std::size_t count) { return static_cast<double>(count) / static_cast<double>(all_facts); };
  Provenance json{{"not_in_data_set", share(cells.not_in_data_set)}};
  for (std::size_t i = 0; i < presence_names.size(); ++i)
    for (std::size_t k = 0; k < asked_names.size(); ++k)
      json[std::string(presence_names[i])][std::string(asked_names[k])] = share(cells.counts[i][k]);
  return json;
}

inline Provenance roots_language_json(const LanguageRoots& of, std::size_t all_facts) {
  return {{"language", of.language},
          {"facts", of.facts.size()},
          {"cells", cells_json(of.cells)},
          {"shares", shares_json(of.cells, all_facts)},
          {"types", named_counts(root_type_names, of.types)},
          {"finer", named_counts(finer_root_names, of.finer)},
          {"corpus", of.corpus ? searched_corpus_json(*of.corpus) : Provenance()}};
}

}  // namespace detail

/// What stands beside the languages in roots.json.
struct RootsWords {
  std::size_t all_facts = 0;  ///< of all languages together
  SearchOptions search;
  std::string match;
  std::vector<std::string> naming;
  bool near_misses = false, guesses = false;  ///< whether they were measured
};

inline std::string roots_protocol(const RootsWords& words) {
  std::string text = "A fact is present where both of its names stand in one chunk (" + words.search.chunking.name() +
                     "), each between borders of words";
  if (words.search.rule.anywhere) text += " or inside of them";
  if (words.search.rule.ignore_case) text += ", case ignored";
  text += "; it is predicted where the " + words.match +
          " match is a hit. Absent yet predicted facts are of the first type that holds: shared tokens (the object in "
          "small letters is part of the subject, or they have a word piece in common), naming cues (relation ";
  for (std::size_t i = 0; i < words.naming.size(); ++i) text += (i == 0 ? "" : ", ") + words.naming[i];
  return text + "), others.";
}

inline Provenance roots_json(std::span<const LanguageRoots> languages, const RootsWords& words,
                             const Provenance& provenance) {
  std::array<std::size_t, root_type_names.size()> types{};
  std::array<std::size_t, finer_root_names.size()> finer{};
  Provenance all = Provenance::array();
  for (const LanguageRoots& of : languages) {
    all.push_back(detail::roots_language_json(of, words.all_facts));
    for (std::size_t i = 0; i < types.size(); ++i) types[i] += of.types[i];
    for (std::size_t i = 0; i < finer.size(); ++i) finer[i] += of.finer[i];
  }
  return {{"facts", words.all_facts},
          {"chunk", words.search.chunking.name()},
          {"ignore_case", words.search.rule.ignore_case},
          {"inside_words", words.search.rule.anywhere},
          {"titles", words.search.with_titles},
          {"match", words.match},
          {"naming_relations", words.naming},
          {"measured", {{"near_miss", words.near_misses}, {"guessed_object", words.guesses}}},
          {"types", detail::named_counts(root_type_names, types)},
          {"finer", detail::named_counts(finer_root_names, finer)},
          {"languages", std::move(all)},
          {"protocol", roots_protocol(words)},
          {"provenance", provenance}};
}

/// A line a fact of each language with a corpus, as read_corpus_presence() reads it.
inline std::string root_line(std::string_view language, const FactRoot& root) {
  const auto named = [](const auto& value) { return value ? Provenance(name(*value)) : Provenance(); };
  return Provenance{{"language", language},
                    {"relation", root.listed.relation->relation},
                    {"uuid", root.listed.fact->uuid},
                    {"present", root.counts->present()},
                    {"predicted", root.predicted ? Provenance(*root.predicted) : Provenance()},
                    {"type", named(root.type)},
                    {"finer", named(root.finer)},
                    {"chunks", root.counts->chunks},
                    {"articles", root.counts->articles},
                    {"subject_articles", root.counts->subject_articles},
                    {"object_articles", root.counts->object_articles}}
      .dump();
}

inline void write_roots(const std::filesystem::path& path, std::span<const LanguageRoots> languages,
                        const Provenance& provenance) {
  AtomicFile file(path);
  file.write(provenance_line(provenance) + "\n");
  for (const LanguageRoots& of : languages) {
    std::string lines;
    for (const FactRoot& root : of.facts)
      if (root.counts) lines += root_line(of.language, root) + "\n";
    file.write(lines);
  }
  file.commit();
}

/// A row a language.
inline Table roots_table(std::span<const LanguageRoots> languages) {
  Table table({"language", "facts", "not_in_data_set", "absent_predicted", "absent_not_predicted", "present_predicted",
               "present_not_predicted", "not_probed", "no_corpus", "shared_tokens", "naming_cues", "others"});
  for (const LanguageRoots& of : languages) {
    const RootCells& cells = of.cells;
    std::size_t no_corpus = 0;
    for (const std::size_t count : cells.counts[static_cast<std::size_t>(Presence::no_corpus)]) no_corpus += count;
    table.add(of.language, of.facts.size(), cells.not_in_data_set, cells.at(Presence::absent, Asked::predicted),
              cells.at(Presence::absent, Asked::not_predicted), cells.at(Presence::present, Asked::predicted),
              cells.at(Presence::present, Asked::not_predicted),
              cells.at(Presence::absent, Asked::not_probed) + cells.at(Presence::present, Asked::not_probed), no_corpus,
              of.types[0], of.types[1], of.types[2]);
  }
  return table;
}

}  // namespace neuroglot
