/// factors.json as a report reads it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_fact_neurons.hpp"
#include "neuroglot/experiment/report_json.hpp"

namespace neuroglot::report {

/// Nothing where there are too few languages, or all are alike.
struct StatedCorrelation {
  std::optional<double> r, low, high, p;
};

/// A P@1 against a size, language by language.
struct FactorPanel {
  std::string p1, size;
  std::vector<std::string> languages;
  std::vector<double> sizes, p1s;  ///< P@1 in percent
  StatedCorrelation pearson, spearman, pearson_log10;
  double slope = 0, intercept = 0;
  std::optional<std::pair<double, double>> line_log10;  ///< slope, intercept over log10 of the size
  std::vector<std::string> left_out;                    ///< languages that lack one of the two
};

struct OneTokenRow {
  std::string p1, language;
  std::optional<double> all, one_token;  ///< percent
  Index entities = 0, facts = 0;
};

struct FactorsSection {
  std::vector<FactorPanel> panels;
  std::vector<OneTokenRow> one_token;
  std::vector<std::string> languages;  ///< of the first P@1
  std::string protocol;
  Json provenance;
};

namespace detail {

inline StatedCorrelation stated_correlation(const Field& parent, const std::string& key) {
  if (!has(parent, key)) return {};
  const Field of = member(parent, key);
  return {optional_number(of, "r"), optional_number(of, "low"), optional_number(of, "high"), optional_number(of, "p")};
}

/// The values of the column of that name in "p1" or "sizes".
inline Field column_values(const Field& all, const std::string& key, const std::string& name) {
  const Field columns = member(all, key);
  for (std::size_t i = 0; i < columns.value.size(); ++i)
    if (text(member(element(columns, i), "name")) == name) return member(element(columns, i), "values");
  throw error(columns.name, ": ", in_quotes(name), " is not among them");
}

inline void add_left_out(const Field& field, std::vector<std::string>& languages) {
  for (std::size_t i = 0; i < field.value.size(); ++i) languages.push_back(text(element(field, i)));
}

inline FactorPanel factor_panel(const Field& all, const Field& field) {
  FactorPanel panel;
  panel.p1 = text(member(field, "p1"));
  panel.size = text(member(field, "size"));
  const Field p1s = column_values(all, "p1", panel.p1), sizes = column_values(all, "sizes", panel.size);
  for (const auto& [language, value] : object(p1s).value.items())
    if (has(sizes, language)) {
      panel.languages.push_back(language);
      panel.sizes.push_back(number(member(sizes, language)));
      panel.p1s.push_back(number(member(p1s, language)));
    }
  panel.pearson = stated_correlation(field, "pearson");
  panel.spearman = stated_correlation(field, "spearman");
  panel.pearson_log10 = stated_correlation(field, "pearson_log10");
  const Field line = member(field, "line");
  panel.slope = number(member(line, "slope"));
  panel.intercept = number(member(line, "intercept"));
  if (has(field, "line_log10")) {
    const Field of = member(field, "line_log10");
    panel.line_log10 = std::pair(number(member(of, "slope")), number(member(of, "intercept")));
  }
  add_left_out(member(field, "without_size"), panel.left_out);
  add_left_out(member(field, "without_p1"), panel.left_out);
  return panel;
}

inline void read_one_token(const Field& all, FactorsSection& section) {
  const Field lists = member(all, "one_token");
  for (std::size_t i = 0; i < lists.value.size(); ++i) {
    const Field of = element(lists, i);
    const std::string p1 = text(member(of, "p1"));
    const Field values = column_values(all, "p1", p1), rows = member(of, "languages");
    for (std::size_t k = 0; k < rows.value.size(); ++k) {
      const Field row = element(rows, k);
      const std::string language = text(member(row, "language"));
      section.one_token.push_back({p1, language, optional_number(values, language), optional_number(row, "p1"),
                                   whole_number(member(row, "entities")), whole_number(member(row, "facts"))});
    }
  }
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline FactorsSection read_factors(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  FactorsSection section;
  const Field p1s = member(all, "p1");
  if (!p1s.value.is_array() || p1s.value.empty()) throw p1s.is_not("an array with a P@1");
  const Field first = member(element(p1s, 0), "values");
  for (const auto& [language, value] : object(first).value.items()) section.languages.push_back(language);
  const Field correlations = member(all, "correlations");
  for (std::size_t i = 0; i < correlations.value.size(); ++i)
    section.panels.push_back(detail::factor_panel(all, element(correlations, i)));
  detail::read_one_token(all, section);
  section.protocol = text(member(all, "protocol"));
  section.provenance = optional_object(all, "provenance");
  return section;
}

}  // namespace neuroglot::report
