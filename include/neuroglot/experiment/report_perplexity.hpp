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
#include "neuroglot/experiment/report_json.hpp"
#include "neuroglot/io/json.hpp"

namespace neuroglot::report {

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

  std::optional<std::size_t> row(std::string_view name) const { return place(rows, name); }
  std::optional<std::size_t> column(std::string_view name) const { return place(columns, name); }

  double ppl_change(std::size_t row_off, std::size_t col) const { return ppl[row_off][col] - ppl[*row("none")][col]; }
  double nll_change(std::size_t row_off, std::size_t col) const { return nll[row_off][col] - nll[*row("none")][col]; }

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
  return result;
}

}  // namespace neuroglot::report
