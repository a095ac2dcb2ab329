/// How sure the cells of a perplexity matrix are: intervals over blocks, and the distance to random neurons.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "neuroglot/experiment/bootstrap.hpp"
#include "neuroglot/experiment/perplexity_matrix.hpp"

namespace neuroglot {

/// Against row "none" all differences are of the same blocks (paired).
struct CellStatistics {
  Interval nll;
  Interval nll_change;
  Interval ppl_change;
  std::optional<double> beyond_random;  ///< nll minus its mean over the random rows of the set; not in those rows
  std::optional<Interval> beyond_random_interval;
};

/// What the random rows of a set change in one column, over their seeds.
struct ControlStatistics {
  double mean = 0;           ///< of nll_change
  std::optional<double> sd;  ///< (n - 1 below the line); nothing for one seed
  double lowest = 0;
  double highest = 0;
};

namespace detail {

inline std::vector<std::size_t> random_rows(const PerplexityMatrix& matrix, const std::string& set) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < matrix.rows.size(); ++row)
    if (matrix.rows[row].seed && matrix.rows[row].set == set) rows.push_back(row);
  return rows;
}

/// Block by block the mean over some rows.
inline std::vector<double> mean_of_rows(const PerplexityMatrix& matrix, const std::vector<std::size_t>& rows,
                                        std::size_t column) {
  std::vector<double> mean(matrix.block_nll[0][column].size(), 0.0);
  for (const std::size_t row : rows)
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += matrix.block_nll[row][column][i];
  for (double& value : mean) value /= static_cast<double>(rows.size());
  return mean;
}

template <class Difference>
Interval interval_of(const Bootstrap& bootstrap, const std::vector<double>& a, const std::vector<double>& b,
                     Difference difference) {
  std::vector<double> values(a.size());
  std::transform(a.begin(), a.end(), b.begin(), values.begin(), difference);
  return bootstrap.interval(values);
}

inline CellStatistics cell_statistics(const PerplexityMatrix& matrix, std::size_t row, std::size_t column,
                                      const Bootstrap& bootstrap) {
  const std::vector<double> own = bootstrap.means(matrix.block_nll[row][column]);
  const std::vector<double> none = bootstrap.means(matrix.block_nll[0][column]);
  const auto minus = [](double a, double b) { return a - b; };
  const auto minus_as_perplexities = [](double a, double b) { return std::exp(a) - std::exp(b); };
  CellStatistics result{bootstrap.interval(own),
                        interval_of(bootstrap, own, none, minus),
                        interval_of(bootstrap, own, none, minus_as_perplexities),
                        {},
                        {}};
  const std::vector<std::size_t> controls = random_rows(matrix, matrix.rows[row].set);
  if (row == 0 || matrix.rows[row].seed || controls.empty()) return result;
  double sum = 0;
  for (const std::size_t control : controls) sum += *matrix.nll[control][column];
  result.beyond_random = *matrix.nll[row][column] - sum / static_cast<double>(controls.size());
  const std::vector<double> random = bootstrap.means(mean_of_rows(matrix, controls, column));
  result.beyond_random_interval = interval_of(bootstrap, own, random, minus);
  return result;
}

}  // namespace detail

/// Of every cell; none in a column of one block, which says nothing of other blocks. The matrix must be full.
inline std::vector<std::vector<std::optional<CellStatistics>>> statistics_of(const PerplexityMatrix& matrix,
                                                                             const BootstrapOptions& options = {}) {
  std::vector<std::vector<std::optional<CellStatistics>>> all(
      matrix.rows.size(), std::vector<std::optional<CellStatistics>>(matrix.columns.size()));
  for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
    const std::size_t blocks = matrix.block_nll[0][column].size();
    if (blocks < 2) continue;
    const Bootstrap bootstrap(blocks, options);
    for (std::size_t row = 0; row < matrix.rows.size(); ++row)
      all[row][column] = detail::cell_statistics(matrix, row, column, bootstrap);
  }
  return all;
}

/// Over the random rows of a set, of which there is at least one.
inline ControlStatistics control_statistics(const PerplexityMatrix& matrix, const std::vector<std::size_t>& random_rows,
                                            std::size_t column) {
  std::vector<double> changes;
  for (const std::size_t row : random_rows) changes.push_back(*matrix.nll[row][column] - *matrix.nll[0][column]);
  const auto n = static_cast<double>(changes.size());
  ControlStatistics result;
  for (const double change : changes) result.mean += change / n;
  double squares = 0;
  for (const double change : changes) squares += (change - result.mean) * (change - result.mean);
  if (changes.size() > 1) result.sd = std::sqrt(squares / (n - 1));
  result.lowest = *std::min_element(changes.begin(), changes.end());
  result.highest = *std::max_element(changes.begin(), changes.end());
  return result;
}

}  // namespace neuroglot
