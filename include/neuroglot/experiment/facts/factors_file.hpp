/// factors.json and the tables of ng-factors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/factors.hpp"
#include "neuroglot/experiment/facts/one_token.hpp"
#include "neuroglot/experiment/provenance.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

/// Everything that ng-factors finds.
struct FactorsResult {
  std::vector<LanguageNumbers> p1, sizes;
  std::vector<Factor> factors;
  std::vector<std::pair<std::string, std::vector<OneToken>>>
      one_token;  ///< by the name of the P@1; of hits.jsonl alone
};

namespace detail {

inline Provenance or_null(const std::optional<double>& value) {
  return value ? Provenance(*value) : Provenance();
}

inline Provenance correlation_json(const Correlation& found) {
  return {{"r", or_null(found.r)}, {"low", or_null(found.low)}, {"high", or_null(found.high)}, {"p", or_null(found.p)}};
}

inline Provenance line_json(const Line& line) {
  return {{"slope", line.slope}, {"intercept", line.intercept}};
}

inline Provenance numbers_json(const std::vector<LanguageNumbers>& columns) {
  Provenance all = Provenance::array();
  for (const LanguageNumbers& column : columns) {
    Provenance values = Provenance::object();
    for (const auto& [language, value] : column.values) values[language] = value;
    all.push_back({{"name", column.name}, {"source", column.source}, {"values", std::move(values)}});
  }
  return all;
}

inline Provenance factor_json(const Factor& factor) {
  Provenance out = {{"p1", factor.p1},
                    {"size", factor.size},
                    {"n", factor.points.languages.size()},
                    {"pearson", correlation_json(factor.pearson)},
                    {"spearman", correlation_json(factor.spearman)},
                    {"line", line_json(factor.line)}};
  out["pearson_log10"] = factor.pearson_log10 ? correlation_json(*factor.pearson_log10) : Provenance();
  out["line_log10"] = factor.line_log10 ? line_json(*factor.line_log10) : Provenance();
  out["without_size"] = factor.points.without_size;
  out["without_p1"] = factor.points.without_p1;
  return out;
}

inline Provenance one_token_json(const std::vector<OneToken>& all) {
  Provenance rows = Provenance::array();
  for (const OneToken& of : all)
    rows.push_back({{"language", of.language},
                    {"p1", or_null(of.p1)},
                    {"entities", of.entities},
                    {"facts", of.facts},
                    {"hits", of.hits}});
  return rows;
}

inline Cell or_empty(const std::optional<double>& value) {
  return value ? Cell(*value) : Cell(std::string());
}

inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : " ") + part;
  return all;
}

}  // namespace detail

inline constexpr std::string_view factors_protocol =
    "Pearson's r of P@1 and a size over the languages that have both; interval: tanh(atanh(r) -+ 1.96 / sqrt(n - 3)); "
    "p: "
    "two-sided, Student's t with n - 2 degrees of freedom. Spearman: Pearson's r of the ranks, ties share their mean "
    "rank; interval as above with sqrt((1 + r^2 / 2) / (n - 3)). One-token P@1: of each object URI whose label is one "
    "token, hits / facts over all relations; mean over these objects.";

inline Provenance factors_json(const FactorsResult& found, const Provenance& provenance) {
  Provenance correlations = Provenance::array(), one_token = Provenance::array();
  for (const Factor& factor : found.factors) correlations.push_back(detail::factor_json(factor));
  for (const auto& [p1, languages] : found.one_token)
    one_token.push_back({{"p1", p1}, {"languages", detail::one_token_json(languages)}});
  return {{"p1", detail::numbers_json(found.p1)},
          {"sizes", detail::numbers_json(found.sizes)},
          {"correlations", std::move(correlations)},
          {"one_token", std::move(one_token)},
          {"protocol", factors_protocol},
          {"provenance", provenance}};
}

/// A row a P@1 and size.
inline Table factors_table(const std::vector<Factor>& factors) {
  Table table({"p1", "size", "n", "pearson", "low", "high", "p", "spearman", "spearman_low", "spearman_high",
               "spearman_p", "pearson_log10", "without_size", "without_p1"});
  using detail::or_empty;
  for (const Factor& of : factors)
    table.add_row({of.p1, of.size, static_cast<std::int64_t>(of.pearson.n), or_empty(of.pearson.r),
                   or_empty(of.pearson.low), or_empty(of.pearson.high), or_empty(of.pearson.p), or_empty(of.spearman.r),
                   or_empty(of.spearman.low), or_empty(of.spearman.high), or_empty(of.spearman.p),
                   or_empty(of.pearson_log10 ? of.pearson_log10->r : std::nullopt),
                   detail::joined(of.points.without_size), detail::joined(of.points.without_p1)});
  return table;
}

/// A row a P@1 and language, in the order of the file.
inline Table one_token_table(const FactorsResult& found) {
  Table table({"match", "language", "p1", "one_token_p1", "one_token_entities", "one_token_facts", "one_token_hits"});
  for (std::size_t i = 0; i < found.one_token.size(); ++i)
    for (const OneToken& of : found.one_token[i].second)
      table.add_row({found.one_token[i].first, of.language, detail::or_empty(found.p1[i].of(of.language)),
                     detail::or_empty(of.p1), std::int64_t{of.entities}, std::int64_t{of.facts},
                     std::int64_t{of.hits}});
  return table;
}

}  // namespace neuroglot
