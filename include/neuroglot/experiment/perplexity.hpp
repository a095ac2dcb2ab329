/// Perplexity with neurons off: the matrix of Fig. 2, a row for each language whose neurons are off, a column for each
/// language that is measured. (Tang et al. 2024, section 3; ppl.py of their released code)
#pragma once

#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/analysis/neuron_set.hpp"
#include "neuroglot/analysis/random.hpp"
#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/hooks/deactivate.hpp"
#include "neuroglot/models/forward.hpp"

namespace neuroglot {

/// Mean negative log-likelihood in nats: over positions 2..N of a block first, then over blocks; perplexity is exp of
/// it.
struct PerplexityMatrix {
  std::vector<std::string> rows;                        ///< what is off: "none", languages, "random"
  std::vector<std::string> columns;                     ///< languages measured
  std::vector<std::vector<std::optional<double>>> nll;  ///< [row][column]; nothing where it was not measured yet
  std::vector<Index> blocks;                            ///< of each column

  PerplexityMatrix() = default;
  PerplexityMatrix(std::vector<std::string> of_rows, std::vector<std::string> of_columns)
      : rows(std::move(of_rows)),
        columns(std::move(of_columns)),
        nll(rows.size(), std::vector<std::optional<double>>(columns.size())),
        blocks(columns.size(), 0) {}

  double perplexity(std::size_t row, std::size_t column) const { return std::exp(nll[row][column].value()); }
};

/// Which neurons are off in a row of the matrix, for the text of a column.
class SwitchedOff {
 public:
  /// Rows are "none", the languages of the set, and "random": in its column k as many random neurons as language k has.
  SwitchedOff(const NeuronSet& set, std::uint64_t seed) : set_(set), seed_(seed) {}

  std::vector<std::string> rows() const {
    std::vector<std::string> names{"none"};
    names.insert(names.end(), set_.languages.begin(), set_.languages.end());
    names.push_back("random");
    return names;
  }

  /// A column that the set has no neurons of is given the mean number of the languages' neurons in row "random".
  NeuronsByLayer neurons(const std::string& row, const std::string& column) const {
    if (row == "none") return {};
    if (row != "random") return set_.of(row);
    Index wanted = 0;
    for (std::size_t k = 0; k < set_.languages.size(); ++k) {
      if (set_.languages[k] == column)
        return random_neurons(count(set_.neurons[k]), set_.layers, set_.neurons_per_layer, seed_ + k);
      wanted += count(set_.neurons[k]);
    }
    return random_neurons(wanted / static_cast<Index>(set_.languages.size()), set_.layers, set_.neurons_per_layer,
                          seed_);
  }

 private:
  const NeuronSet& set_;
  std::uint64_t seed_;
};

struct PerplexityOptions {
  BlockOptions blocks;
  Index batch = 4;  ///< blocks in a pass
  bool quiet = false;
};

/// Mean nats a token of one corpus under some hooks.
template <class Model, class Set>
double mean_nll(Model& model, const Tokenizer& tokenizer, const CorpusSource& source, const PerplexityOptions& options,
                Set listening, Progress& progress) {
  TokenBlocks blocks(source, tokenizer, options.blocks);
  std::vector<TokenId> block;
  double sum_over_blocks = 0;
  for (bool more = true; more;) {
    PackedBatch batch;
    while (batch.sequences() < options.batch && (more = blocks.next(block))) batch.add(block);
    if (batch.rows() == 0) break;
    const std::vector<double> loss = forward<output::NextTokenLoss>(model, batch, listening);
    const Index predicted = options.blocks.block - 1;
    for (Index s = 0; s < batch.sequences(); ++s) {
      double sum = 0;
      for (Index i = 0; i < predicted; ++i) sum += loss[static_cast<std::size_t>(s * predicted + i)];
      sum_over_blocks += sum / static_cast<double>(predicted);
    }
    progress.add(batch.rows());
  }
  return sum_over_blocks / static_cast<double>(blocks.blocks());
}

/// Fills the cells that are still empty, row by row; calls finished(matrix) after each. Throws Error where a cell is
/// not finite.
template <class Model, class Finished>
void measure_perplexity(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
                        const std::vector<CorpusSize>& sizes, const SwitchedOff& switched_off,
                        const PerplexityOptions& options, PerplexityMatrix& matrix, Finished finished) {
  Index all_blocks = 0;
  for (const CorpusSize& size : sizes) all_blocks += size.blocks;
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    const std::string label = matrix.rows[row] == "none" ? "all neurons on" : matrix.rows[row] + " neurons off";
    Progress progress(label, all_blocks * options.blocks.block, "tokens", options.quiet);
    for (std::size_t column = 0; column < sources.size(); ++column) {
      std::optional<double>& cell = matrix.nll[row][column];
      if (cell) {
        progress.skip(sizes[column].blocks * options.blocks.block);
        continue;
      }
      const Deactivate off{switched_off.neurons(matrix.rows[row], sources[column].language)};
      cell = mean_nll(model, tokenizer, sources[column], options, hooks(off), progress);
      if (!std::isfinite(*cell))
        throw error("the loss on ", sources[column].language, " with ", label,
                    " is not finite: are the weights damaged?");
      finished(matrix);
    }
  }
}

}  // namespace neuroglot
