/// Measures perplexity with neurons off: many choices of neurons in one pass over a text. (Tang et al. 2024, section 3;
/// ppl.py of their released code)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/perplexity_matrix.hpp"
#include "neuroglot/experiment/switched_off.hpp"
#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/hooks/deactivate_rows.hpp"
#include "neuroglot/models/forward.hpp"

namespace neuroglot {

struct PerplexityOptions {
  BlockOptions blocks;
  Index batch = 4;  ///< sequences in a pass: a block once for each of the choices that are measured together
  bool quiet = false;
};

namespace detail {

/// One choice of neurons, and the rows of a column that have it: as "none" and sets without a neuron do, or random
/// controls of sets of one size.
struct Choice {
  NeuronsByLayer neurons;
  std::vector<std::size_t> rows;
};

/// The different choices among the rows of a column, in the order of the rows; notes how many neurons each has.
inline std::vector<Choice> different_choices(const SwitchedOff& switched_off, std::size_t column,
                                             PerplexityMatrix& matrix) {
  std::vector<Choice> choices;
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    NeuronsByLayer neurons = switched_off.neurons(row, matrix.columns[column]);
    matrix.neurons_off[row][column] = count(neurons);
    if (count(neurons) == 0) neurons.clear();  // layers without neurons are none
    const auto same = [&](const Choice& choice) { return choice.neurons == neurons; };
    const auto found = std::find_if(choices.begin(), choices.end(), same);
    if (found == choices.end())
      choices.push_back({std::move(neurons), {row}});
    else
      found->rows.push_back(row);
  }
  return choices;
}

/// Fills rows whose choice was measured already; returns the choices that are left.
inline std::vector<Choice> still_to_measure(std::vector<Choice> choices, std::size_t column, PerplexityMatrix& matrix) {
  std::erase_if(choices, [&](const Choice& choice) {
    const auto is_filled = [&](std::size_t row) { return matrix.nll[row][column].has_value(); };
    const auto filled = std::find_if(choice.rows.begin(), choice.rows.end(), is_filled);
    if (filled == choice.rows.end()) return false;
    const std::vector<double> losses = matrix.block_nll[*filled][column];
    for (const std::size_t row : choice.rows) matrix.fill(row, column, losses);
    return true;
  });
  return choices;
}

inline double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace detail

/// Mean nats a token of each block of a corpus under each choice of neurons: [choice][block]. No number depends on the
/// other choices or on the size of a pass, as no row of a product does.
template <class Model>
std::vector<std::vector<double>> block_nll(Model& model, const Tokenizer& tokenizer, const CorpusSource& source,
                                           const DeactivateRows& off, const PerplexityOptions& options,
                                           Progress& progress) {
  const std::size_t choices = off.choices.size();
  const Index texts = std::max<Index>(1, options.batch / static_cast<Index>(choices));
  const auto predicted = static_cast<std::size_t>(options.blocks.block - 1);
  std::vector<std::vector<double>> losses(choices);
  TokenBlocks blocks(source, tokenizer, options.blocks);
  std::vector<TokenId> block;
  for (bool more = true; more;) {
    PackedBatch batch;
    for (Index text = 0; text < texts && (more = blocks.next(block)); ++text)
      for (std::size_t choice = 0; choice < choices; ++choice) batch.add(block);
    if (batch.rows() == 0) break;
    const std::vector<double> loss = forward<output::NextTokenLoss>(model, batch, hooks(off));
    for (std::size_t s = 0; s < static_cast<std::size_t>(batch.sequences()); ++s)
      losses[s % choices].push_back(detail::mean(std::span(loss).subspan(s * predicted, predicted)));
    progress.add(batch.rows());
  }
  return losses;
}

/// Fills the cells that are still empty, column by column, as many choices of neurons together as a pass has
/// sequences; calls finished(matrix) after each pass over a corpus. Throws Error where a cell is not finite.
template <class Model, class Finished>
void measure_perplexity(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
                        const SwitchedOff& switched_off, const PerplexityOptions& options, PerplexityMatrix& matrix,
                        Finished finished) {
  const auto most_together = static_cast<std::size_t>(std::max<Index>(1, options.batch));
  for (std::size_t column = 0; column < sources.size(); ++column) {
    const std::vector<detail::Choice> choices =
        detail::still_to_measure(detail::different_choices(switched_off, column, matrix), column, matrix);
    Progress progress("perplexity of " + sources[column].language,
                      static_cast<Index>(choices.size()) * matrix.blocks[column] * options.blocks.block, "tokens",
                      options.quiet);
    for (std::size_t first = 0; first < choices.size(); first += most_together) {
      const std::span<const detail::Choice> together =
          std::span(choices).subspan(first, std::min(most_together, choices.size() - first));
      DeactivateRows off;
      for (const detail::Choice& choice : together) off.choices.push_back(choice.neurons);
      const auto losses = block_nll(model, tokenizer, sources[column], off, options, progress);
      for (std::size_t i = 0; i < together.size(); ++i)
        for (const std::size_t row : together[i].rows) {
          matrix.fill(row, column, losses[i]);
          if (!std::isfinite(*matrix.nll[row][column]))
            throw error("the loss on ", sources[column].language, " in row ", matrix.rows[row].name,
                        " is not finite: are the weights damaged?");
        }
      finished(matrix);
    }
  }
}

}  // namespace neuroglot
