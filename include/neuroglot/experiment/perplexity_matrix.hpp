/// Perplexity with neurons off, a row for each choice of neurons that are off and a column for each language that is
/// measured, with the loss of every block. (Tang et al. 2024, Fig. 2)
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/matrix.hpp"
#include "neuroglot/experiment/switched_off.hpp"

namespace neuroglot {

/// Mean negative log-likelihood in nats: over positions 2..N of a block first, then over blocks; perplexity is exp of
/// it.
struct PerplexityMatrix {
  std::vector<MatrixRow> rows;                              ///< what is off; the first is "none"
  std::vector<std::string> columns;                         ///< languages measured
  std::vector<std::vector<std::optional<double>>> nll;      ///< [row][column]; nothing where not measured yet
  std::vector<std::vector<std::vector<double>>> block_nll;  ///< [row][column][block]
  std::vector<std::vector<Index>> neurons_off;              ///< [row][column]: how many
  std::vector<Index> blocks;                                ///< of each column

  PerplexityMatrix() = default;
  PerplexityMatrix(std::vector<MatrixRow> of_rows, std::vector<std::string> of_columns)
      : rows(std::move(of_rows)),
        columns(std::move(of_columns)),
        nll(rows.size(), std::vector<std::optional<double>>(columns.size())),
        block_nll(rows.size(), std::vector<std::vector<double>>(columns.size())),
        neurons_off(rows.size(), std::vector<Index>(columns.size(), 0)),
        blocks(columns.size(), 0) {}

  /// Fills a cell from the losses of its blocks, summed in their order.
  void fill(std::size_t row, std::size_t column, std::vector<double> of_blocks) {
    double sum = 0;
    for (const double block : of_blocks) sum += block;
    nll[row][column] = sum / static_cast<double>(of_blocks.size());
    block_nll[row][column] = std::move(of_blocks);
  }

  double perplexity(std::size_t row, std::size_t column) const { return std::exp(nll[row][column].value()); }
};

}  // namespace neuroglot
