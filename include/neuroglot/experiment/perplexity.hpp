/// Measures perplexity with neurons off: many choices of neurons in one pass over a text. (Tang et al. 2024, section 3;
/// ppl.py of their released code)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/progress.hpp"
#include "neuroglot/experiment/perplexity_matrix.hpp"
#include "neuroglot/experiment/ranks.hpp"
#include "neuroglot/experiment/round.hpp"
#include "neuroglot/experiment/switched_off.hpp"
#include "neuroglot/experiment/token_blocks.hpp"
#include "neuroglot/hooks/deactivate_rows.hpp"
#include "neuroglot/models/forward.hpp"

namespace neuroglot {

struct PerplexityOptions {
  BlockOptions blocks;
  Index batch = 4;   ///< sequences in a pass: a block once for each of the choices that are measured together
  Index passes = 1;  ///< that go by the layers together: more than one where weights are streamed
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

/// Mean nats of each sequence of a round under its choice of neurons. Of several processes the one whose turn it is
/// computes them and process 0 gets them; the others have none.
template <class Model>
std::vector<double> sequence_nll(Model& model, const Round& round, const DeactivateRows& off, int whose, Ranks& ranks) {
  std::vector<double> means;
  if (whose == ranks.rank()) {
    const auto losses = run_round<output::NextTokenLoss>(model, round, [&](std::size_t) { return hooks(off); });
    for (std::size_t i = 0; i < round.size(); ++i) {
      const std::size_t predicted = losses[i].size() / static_cast<std::size_t>(round[i].sequences());
      for (std::size_t at = 0; at < losses[i].size(); at += predicted)
        means.push_back(detail::mean(std::span(losses[i]).subspan(at, predicted)));
    }
    if (whose != 0) ranks.send_values(std::span<const double>(means));
  } else if (ranks.is_first()) {
    for (const PackedBatch& batch : round) means.resize(means.size() + static_cast<std::size_t>(batch.sequences()));
    ranks.receive_values(whose, std::span(means));
  }
  if (!ranks.is_first()) means.clear();
  return means;
}

/// Mean nats a token of each block of a corpus under each choice of neurons: [choice][block]; of several processes,
/// which take rounds in turn, process 0 has them. No number depends on the other choices or on the size of a pass, as
/// no row of a product does.
template <class Model>
std::vector<std::vector<double>> block_nll(Model& model, const Tokenizer& tokenizer, const CorpusSource& source,
                                           const DeactivateRows& off, const PerplexityOptions& options, Ranks& ranks,
                                           Progress& progress) {
  const auto choices = static_cast<Index>(off.choices.size());
  const RoundShape shape{std::max<Index>(1, options.batch / choices), options.passes, choices};
  std::vector<std::vector<double>> losses(off.choices.size());
  TokenBlocks blocks(source, tokenizer, options.blocks);
  int whose = 0;
  for (Round round = next_round(blocks, shape); !round.empty(); round = next_round(blocks, shape)) {
    const std::vector<double> means = sequence_nll(model, round, off, whose, ranks);
    for (std::size_t s = 0; s < means.size(); ++s) losses[s % losses.size()].push_back(means[s]);
    for (const PackedBatch& batch : round) progress.add(batch.rows());
    whose = (whose + 1) % ranks.size();
  }
  return losses;
}

namespace detail {

/// What process 0 has measured before is measured for all; the others know no number of it.
inline void share_what_is_measured(PerplexityMatrix& matrix, Ranks& ranks) {
  std::vector<std::int64_t> measured;
  for (const auto& row : matrix.nll)
    for (const auto& cell : row) measured.push_back(cell.has_value());
  ranks.broadcast(measured);
  if (ranks.is_first()) return;
  for (std::size_t at = 0; at < measured.size(); ++at)
    if (measured[at] != 0) matrix.fill(at / matrix.columns.size(), at % matrix.columns.size(), {0.0});
}

/// Throws Error where a loss is not finite.
inline void fill(PerplexityMatrix& matrix, const Choice& choice, std::size_t column,
                 const std::vector<double>& losses) {
  for (const std::size_t row : choice.rows) {
    matrix.fill(row, column, losses);
    if (!std::isfinite(*matrix.nll[row][column]))
      throw error("the loss on ", matrix.columns[column], " in row ", matrix.rows[row].name,
                  " is not finite: are the weights damaged?");
  }
}

inline std::vector<std::int64_t> plan_of(const PerplexityMatrix& matrix, const PerplexityOptions& options) {
  std::vector<std::int64_t> plan{options.blocks.block, options.batch, options.passes,
                                 static_cast<std::int64_t>(matrix.rows.size())};
  plan.insert(plan.end(), matrix.blocks.begin(), matrix.blocks.end());
  return plan;
}

}  // namespace detail

/// Fills the cells that are still empty, column by column, as many choices of neurons together as a pass has
/// sequences; calls finished(matrix) after each pass over a corpus. Of several processes, which must be called with the
/// same arguments, process 0 has the matrix, calls finished and tells how far the run is. Throws Error where a cell is
/// not finite.
template <class Model, class Finished>
void measure_perplexity(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
                        const SwitchedOff& switched_off, const PerplexityOptions& options, PerplexityMatrix& matrix,
                        Ranks& ranks, Finished finished) {
  ranks.require_same(detail::plan_of(matrix, options));
  detail::share_what_is_measured(matrix, ranks);
  const auto most_together = static_cast<std::size_t>(std::max<Index>(1, options.batch));
  for (std::size_t column = 0; column < sources.size(); ++column) {
    const std::vector<detail::Choice> choices =
        detail::still_to_measure(detail::different_choices(switched_off, column, matrix), column, matrix);
    Progress progress("perplexity of " + sources[column].language,
                      static_cast<Index>(choices.size()) * matrix.blocks[column] * options.blocks.block, "tokens",
                      options.quiet || !ranks.is_first());
    for (std::size_t first = 0; first < choices.size(); first += most_together) {
      const std::span<const detail::Choice> together =
          std::span(choices).subspan(first, std::min(most_together, choices.size() - first));
      DeactivateRows off;
      for (const detail::Choice& choice : together) off.choices.push_back(choice.neurons);
      const auto losses = block_nll(model, tokenizer, sources[column], off, options, ranks, progress);
      if (!ranks.is_first()) continue;
      for (std::size_t i = 0; i < together.size(); ++i) detail::fill(matrix, together[i], column, losses[i]);
      finished(matrix);
    }
  }
}

/// The same of one process alone.
template <class Model, class Finished>
void measure_perplexity(Model& model, const Tokenizer& tokenizer, const std::vector<CorpusSource>& sources,
                        const SwitchedOff& switched_off, const PerplexityOptions& options, PerplexityMatrix& matrix,
                        Finished finished) {
  Ranks alone;
  measure_perplexity(model, tokenizer, sources, switched_off, options, matrix, alone, finished);
}

}  // namespace neuroglot
