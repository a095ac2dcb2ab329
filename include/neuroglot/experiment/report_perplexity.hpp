/// perplexity.json as a report reads it: the perplexity of each language with each language's neurons off.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/bootstrap.hpp"
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/experiment/report_sets.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot::report {

using Intervals = std::vector<std::vector<std::optional<Interval>>>;  // (rows, columns); empty in older files

struct Perplexities {
  std::vector<std::string> rows;         ///< whose neurons are off; "none" is among them
  std::vector<std::string> columns;      ///< what is measured
  std::vector<std::vector<double>> nll;  ///< (rows, columns), nats
  std::vector<std::vector<double>> ppl;  ///< exp(nll)
  std::vector<Index> blocks;             ///< (columns)
  std::vector<Index> tokens;             ///< (columns)
  Index block = 0;                       ///< tokens in a block
  std::string protocol;
  Json provenance;
  std::vector<std::string> row_set;  ///< (rows) label of the set of neurons; empty in older files, which have one set
  std::vector<std::string> row_off;  ///< (rows) "none", a language, "random"; in older files as the rows
  std::vector<SetDescription> sets;  ///< empty in older files
  Intervals nll_interval, nll_change_interval, ppl_change_interval, beyond_random_interval;
  std::size_t controls = 1;  ///< random rows of a set

  std::optional<std::size_t> row(std::string_view name) const { return place(rows, name); }
  std::optional<std::size_t> column(std::string_view name) const { return place(columns, name); }

  double ppl_change(std::size_t row_off_at, std::size_t col) const {
    return ppl[row_off_at][col] - ppl[*row("none")][col];
  }
  double nll_change(std::size_t row_off_at, std::size_t col) const {
    return nll[row_off_at][col] - nll[*row("none")][col];
  }

  /// All rows but "none", those of languages first, "random" last.
  std::vector<std::size_t> rows_off() const {
    std::vector<std::size_t> off;
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (rows[r] != "none") off.push_back(r);
    std::stable_partition(off.begin(), off.end(), [&](std::size_t r) { return rows[r] != "random"; });
    return off;
  }

 private:
  static std::optional<std::size_t> place(const std::vector<std::string>& all, std::string_view name) {
    const auto found = std::find(all.begin(), all.end(), name);
    if (found == all.end()) return std::nullopt;
    return static_cast<std::size_t>(found - all.begin());
  }
};

namespace detail {

inline std::vector<std::vector<double>> number_matrix(const Field& field, std::size_t rows, std::size_t columns) {
  array(field, rows, "row");
  std::vector<std::vector<double>> matrix(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    const Field row = element(field, r);
    array(row, columns, "column");
    for (std::size_t c = 0; c < columns; ++c) matrix[r].push_back(number(element(row, c)));
  }
  return matrix;
}

/// Both are in the file, so that one can be checked by the other; a writer may have rounded them to a few digits.
inline void check_agreement(const Perplexities& perplexities, const std::string& where) {
  for (std::size_t r = 0; r < perplexities.rows.size(); ++r)
    for (std::size_t c = 0; c < perplexities.columns.size(); ++c) {
      const double ppl = perplexities.ppl[r][c];
      const double expected = std::exp(perplexities.nll[r][c]);
      if (!(std::abs(ppl - expected) <= 0.01 * expected))
        throw error(where, ": ppl[", r, "][", c, "]: is ", ppl, ", but exp(nll[", r, "][", c, "]) is ", expected);
    }
}

/// [low, high] or null in each cell; nothing at all in an older file.
inline Intervals interval_matrix(const Field& all, const std::string& key, std::size_t rows, std::size_t columns) {
  if (!has(all, key)) return {};
  const Field field = member(all, key);
  array(field, rows, "row");
  Intervals matrix(rows);
  for (std::size_t r = 0; r < rows; ++r) {
    const Field row = element(field, r);
    array(row, columns, "column");
    for (std::size_t c = 0; c < columns; ++c) {
      const Field cell = element(row, c);
      matrix[r].emplace_back();
      if (cell.value.is_null()) continue;
      array(cell, 2, "end");
      matrix[r].back() = Interval{number(element(cell, 0)), number(element(cell, 1))};
    }
  }
  return matrix;
}

/// One text for each row, which may be empty.
inline std::vector<std::string> row_texts(const Field& field, std::size_t rows) {
  array(field, rows, "row");
  std::vector<std::string> all;
  for (std::size_t r = 0; r < rows; ++r) all.push_back(text(element(field, r)));
  return all;
}

/// What older files do not have.
inline void read_sets_and_intervals(const Field& all, Perplexities& result) {
  const std::size_t rows = result.rows.size(), columns = result.columns.size();
  const bool has_sets = has(all, "row_set");
  result.row_set = has_sets ? row_texts(member(all, "row_set"), rows) : std::vector<std::string>(rows);
  result.row_off = has_sets ? row_texts(member(all, "row_off"), rows) : result.rows;
  if (has(all, "sets")) result.sets = set_descriptions(member(all, "sets"));
  result.nll_interval = interval_matrix(all, "nll_interval", rows, columns);
  result.nll_change_interval = interval_matrix(all, "nll_change_interval", rows, columns);
  result.ppl_change_interval = interval_matrix(all, "ppl_change_interval", rows, columns);
  result.beyond_random_interval = interval_matrix(all, "beyond_random_interval", rows, columns);
}

}  // namespace detail

/// Throws Error naming the file and the field that is missing or can not be meant.
inline Perplexities read_perplexities(const std::filesystem::path& path) {
  const Json file = read_ordered(path);
  const Field all{file, path.string()};
  Perplexities result;
  result.rows = names(member(all, "rows"));
  result.columns = names(member(all, "columns"));
  if (!result.row("none"))
    throw error(path.string(), ": rows: there is no row \"none\", against which changes are measured");
  result.nll = detail::number_matrix(member(all, "nll"), result.rows.size(), result.columns.size());
  result.ppl = detail::number_matrix(member(all, "ppl"), result.rows.size(), result.columns.size());
  detail::check_agreement(result, path.string());
  result.block = whole_number(member(all, "block"));
  result.blocks = whole_numbers(member(all, "blocks"), result.columns.size(), "column");
  result.tokens = whole_numbers(member(all, "tokens"), result.columns.size(), "column");
  if (has(all, "protocol")) result.protocol = text(member(all, "protocol"));
  result.provenance = optional_object(all, "provenance");
  detail::read_sets_and_intervals(all, result);
  return result;
}

}  // namespace neuroglot::report
