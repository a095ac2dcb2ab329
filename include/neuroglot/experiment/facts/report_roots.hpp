/// roots.json as a report reads it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/finer_root.hpp"
#include "neuroglot/experiment/facts/root_type.hpp"
#include "neuroglot/experiment/facts/roots.hpp"
#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

/// Of one language; counts of types and finer kinds in the order of their rules.
struct RootsOfLanguage {
  std::string language;
  Index facts = 0, articles = 0;  ///< articles: 0 without a corpus
  RootCells cells;
  std::vector<Index> types, finer;

  Index total(const std::vector<Index>& counts) const {
    Index all = 0;
    for (const Index count : counts) all += count;
    return all;
  }
};

struct RootsSection {
  Index facts = 0;  ///< of all languages together
  std::string chunk, match, protocol;
  bool near_misses = false, guesses = false;  ///< whether they were measured
  std::vector<RootsOfLanguage> languages;
  std::vector<Index> types, finer;  ///< over all languages
  Json provenance;

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const RootsOfLanguage& of : languages) all.push_back(of.language);
    return all;
  }
};

namespace detail {

template <std::size_t count>
std::vector<Index> counts_by_name(const Field& field, const std::array<std::string_view, count>& names) {
  std::vector<Index> counts;
  for (const std::string_view name : names) counts.push_back(whole_number(member(field, std::string(name))));
  return counts;
}

inline RootCells root_cells(const Field& field) {
  RootCells cells;
  cells.not_in_data_set = static_cast<std::size_t>(whole_number(member(field, "not_in_data_set")));
  for (std::size_t i = 0; i < presence_names.size(); ++i) {
    const std::vector<Index> counts = counts_by_name(member(field, std::string(presence_names[i])), asked_names);
    for (std::size_t k = 0; k < counts.size(); ++k) cells.counts[i][k] = static_cast<std::size_t>(counts[k]);
  }
  return cells;
}

inline bool flag(const Field& field) {
  if (!field.value.is_boolean()) throw field.is_not("true or false");
  return field.value.get<bool>();
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline RootsSection read_roots(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  RootsSection section;
  section.facts = whole_number(member(all, "facts"));
  section.chunk = text(member(all, "chunk"));
  section.match = text(member(all, "match"));
  section.protocol = text(member(all, "protocol"));
  section.near_misses = detail::flag(member(member(all, "measured"), "near_miss"));
  section.guesses = detail::flag(member(member(all, "measured"), "guessed_object"));
  section.types = detail::counts_by_name(member(all, "types"), root_type_names);
  section.finer = detail::counts_by_name(member(all, "finer"), finer_root_names);
  const Field languages = member(all, "languages");
  if (!languages.value.is_array() || languages.value.empty()) throw languages.is_not("an array of languages");
  for (std::size_t i = 0; i < languages.value.size(); ++i) {
    const Field one = element(languages, i);
    RootsOfLanguage& of = section.languages.emplace_back();
    of.language = text(member(one, "language"));
    of.facts = whole_number(member(one, "facts"));
    of.cells = detail::root_cells(member(one, "cells"));
    of.types = detail::counts_by_name(member(one, "types"), root_type_names);
    of.finer = detail::counts_by_name(member(one, "finer"), finer_root_names);
    if (has(one, "corpus")) of.articles = whole_number(member(member(one, "corpus"), "articles"));
  }
  section.provenance = optional_object(all, "provenance");
  return section;
}

}  // namespace neuroglot::report
