/// fact_neurons.json as a report reads it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

/// A matrix with holes where nothing could be measured.
using OptionalRows = std::vector<std::vector<std::optional<double>>>;

/// The scores of one fact in one language, [layer][group].
struct FactActivityPanel {
  std::string language, sentence, object;
  std::vector<std::vector<double>> means;
};

/// A row of what was planned against what was found.
struct PlannedKind {
  std::string planned;
  std::vector<Index> counts;  ///< by kind, then those that were not compared
  double overlap = 0;
};

struct FactsOffSection {
  std::vector<std::string> sources, targets;
  OptionalRows change, p_at_1, control_change;
  Json own, others, by_kind;
  std::string protocol;
};

struct FactNeuronsSection {
  std::string policy, site, protocol, rule;
  Index top = 0;
  std::vector<std::string> languages;
  std::vector<Index> with_neurons;
  OptionalRows similarity;
  std::optional<double> mean, mean_with_zero_diagonal;
  std::vector<FactActivityPanel> activity;
  std::vector<std::pair<std::string, Index>> kinds;
  std::vector<PlannedKind> confusion;
  std::optional<FactsOffSection> off;
  Index skipped = 0;
  Json provenance;
};

namespace detail {

inline std::optional<double> optional_number(const Field& parent, const std::string& key) {
  return has(parent, key) ? std::optional(number(member(parent, key))) : std::nullopt;
}

inline OptionalRows optional_rows(const Field& field, std::size_t rows, std::size_t columns) {
  OptionalRows result;
  array(field, rows, "language");
  for (std::size_t r = 0; r < rows; ++r) {
    const Field row = element(field, r);
    array(row, columns, "language");
    result.emplace_back();
    for (std::size_t c = 0; c < columns; ++c) {
      const Field cell = element(row, c);
      result.back().push_back(cell.value.is_null() ? std::nullopt : std::optional(number(cell)));
    }
  }
  return result;
}

inline FactActivityPanel activity_panel(const Field& field) {
  FactActivityPanel panel{
      text(member(field, "language")), text(member(field, "sentence")), text(member(field, "object")), {}};
  const Field layers = member(field, "means");
  if (!layers.value.is_array() || layers.value.empty()) throw layers.is_not("an array of layers");
  for (std::size_t layer = 0; layer < layers.value.size(); ++layer) {
    const Field row = element(layers, layer);
    array(row, layers.value[0].size(), "group of neurons");
    panel.means.emplace_back();
    for (std::size_t g = 0; g < row.value.size(); ++g) panel.means.back().push_back(number(element(row, g)));
  }
  return panel;
}

inline FactsOffSection facts_off_section(const Field& field) {
  FactsOffSection off;
  off.sources = names(member(field, "sources"));
  off.targets = names(member(field, "targets"));
  const auto matrix = [&](const char* key) {
    return optional_rows(member(field, key), off.sources.size(), off.targets.size());
  };
  off.change = matrix("change");
  off.p_at_1 = matrix("p_at_1");
  off.control_change = matrix("control_change");
  off.own = object(member(field, "own_language")).value;
  off.others = object(member(field, "other_languages")).value;
  off.by_kind = member(field, "by_kind").value;
  off.protocol = text(member(field, "protocol"));
  return off;
}

inline void read_kinds(const Field& all, FactNeuronsSection& section) {
  const Field kinds = member(all, "kinds");
  section.rule = text(member(kinds, "rule"));
  const Field counts = member(kinds, "counts");
  for (const auto& [kind, count] : object(counts).value.items())
    section.kinds.emplace_back(kind, whole_number(member(counts, kind)));
  if (!has(all, "confusion")) return;
  const Field rows = member(all, "confusion");
  for (std::size_t i = 0; i < rows.value.size(); ++i) {
    const Field row = element(rows, i);
    PlannedKind planned{text(member(row, "planned")), {}, number(member(row, "overlap"))};
    for (const auto& [kind, count] : section.kinds) planned.counts.push_back(whole_number(member(row, kind)));
    planned.counts.push_back(whole_number(member(row, "not_compared")));
    section.confusion.push_back(std::move(planned));
  }
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline FactNeuronsSection read_fact_neurons(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  FactNeuronsSection section;
  section.policy = text(member(all, "policy"));
  section.site = text(member(all, "site"));
  section.top = whole_number(member(all, "top"));
  section.protocol = text(member(all, "protocol"));
  const Field sharing = member(all, "sharing");
  section.languages = names(member(sharing, "languages"));
  section.similarity =
      detail::optional_rows(member(sharing, "similarity"), section.languages.size(), section.languages.size());
  section.mean = detail::optional_number(sharing, "mean");
  section.mean_with_zero_diagonal = detail::optional_number(sharing, "mean_with_zero_diagonal");
  const Field of_languages = member(all, "languages");
  for (std::size_t k = 0; k < section.languages.size(); ++k)
    section.with_neurons.push_back(whole_number(member(element(of_languages, k), "with_neurons")));
  const Field activity = member(member(all, "activity"), "languages");
  for (std::size_t i = 0; i < activity.value.size(); ++i)
    section.activity.push_back(detail::activity_panel(element(activity, i)));
  detail::read_kinds(all, section);
  if (has(all, "off")) section.off = detail::facts_off_section(member(all, "off"));
  section.skipped = static_cast<Index>(member(all, "skipped").value.size());
  section.provenance = optional_object(all, "provenance");
  return section;
}

}  // namespace neuroglot::report
