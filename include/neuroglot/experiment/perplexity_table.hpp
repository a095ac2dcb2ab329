/// perplexity.tsv: a line a cell of the matrix, with its intervals.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/experiment/perplexity_matrix.hpp"
#include "neuroglot/experiment/perplexity_statistics.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot {

namespace detail {

/// Low and high end as two cells, empty where there is no interval.
inline void add_interval(std::vector<Cell>& cells, const std::optional<Interval>& interval) {
  cells.push_back(interval ? Cell(interval->low) : Cell(std::string()));
  cells.push_back(interval ? Cell(interval->high) : Cell(std::string()));
}

}  // namespace detail

/// Row off, language measured, nats, perplexity, and their change against all neurons on; then which set and how many
/// of its neurons are off, the intervals, and the distance in nats to the mean of the set's random rows.
inline Table perplexity_table(const PerplexityMatrix& matrix, const BootstrapOptions& options = {}) {
  Table table({"off", "language", "nll", "ppl", "nll_change", "ppl_change", "blocks", "set", "neurons", "nll_low",
               "nll_high", "nll_change_low", "nll_change_high", "ppl_change_low", "ppl_change_high", "beyond_random",
               "beyond_random_low", "beyond_random_high"});
  const auto statistics = statistics_of(matrix, options);
  for (std::size_t row = 0; row < matrix.rows.size(); ++row)
    for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
      const double nll = matrix.nll[row][column].value(), before = matrix.nll[0][column].value();
      std::vector<Cell> cells{matrix.rows[row].name,
                              matrix.columns[column],
                              nll,
                              std::exp(nll),
                              nll - before,
                              std::exp(nll) - std::exp(before),
                              std::int64_t{matrix.blocks[column]},
                              matrix.rows[row].set,
                              std::int64_t{matrix.neurons_off[row][column]}};
      const std::optional<CellStatistics>& of = statistics[row][column];
      detail::add_interval(cells, of ? std::optional(of->nll) : std::nullopt);
      detail::add_interval(cells, of ? std::optional(of->nll_change) : std::nullopt);
      detail::add_interval(cells, of ? std::optional(of->ppl_change) : std::nullopt);
      cells.push_back(of && of->beyond_random ? Cell(*of->beyond_random) : Cell(std::string()));
      detail::add_interval(cells, of ? of->beyond_random_interval : std::nullopt);
      table.add_row(std::move(cells));
    }
  return table;
}

}  // namespace neuroglot
