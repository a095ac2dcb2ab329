/// What is to be seen in a figure, in a sentence or two with its numbers (plain text, not yet HTML).
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// A cell where the neurons of a language are off that is measured too.
struct Diagonal {
  std::size_t row;
  std::size_t column;
  std::optional<std::size_t> other;  ///< the other column that changes most
};

inline std::vector<Diagonal> diagonal(const Perplexities& ppl) {
  std::vector<Diagonal> cells;
  for (const std::size_t r : ppl.rows_off()) {
    const std::optional<std::size_t> own = ppl.column(ppl.rows[r]);
    if (!own) continue;
    Diagonal cell{r, *own, std::nullopt};
    for (std::size_t c = 0; c < ppl.columns.size(); ++c)
      if (c != *own && (!cell.other || ppl.nll_change(r, c) > ppl.nll_change(r, *cell.other))) cell.other = c;
    cells.push_back(cell);
  }
  return cells;
}

/// By how much a cell's perplexity changes, relative to the one with nothing off.
inline double relative(const Perplexities& ppl, std::size_t row, std::size_t column) {
  return ppl.ppl_change(row, column) / ppl.ppl[*ppl.row("none")][column];
}

/// "raises French by 7.70 (+60%)"
inline std::string effect(const Perplexities& ppl, std::size_t row, std::size_t column, bool with_verb = true) {
  const double change = ppl.ppl_change(row, column);
  const std::string verb = change < 0 ? "lowers " : "raises ";
  return (with_verb ? verb : "") + language_name(ppl.columns[column]) + " by " + rounded(std::abs(change)) + " (" +
         signed_percent(relative(ppl, row, column)) + ")";
}

/// "Switching French neurons off raises French by 7.70 (+60%) and Spanish by 3.70 (+40%)."
inline std::string sentence(const Perplexities& ppl, const Diagonal& cell) {
  std::string text =
      "Switching " + language_name(ppl.rows[cell.row]) + " neurons off " + effect(ppl, cell.row, cell.column);
  if (cell.other) {
    const bool same_verb = (ppl.ppl_change(cell.row, cell.column) < 0) == (ppl.ppl_change(cell.row, *cell.other) < 0);
    text += " and " + effect(ppl, cell.row, *cell.other, !same_verb);
  }
  return text + ". ";
}

inline std::string random_sentence(const Perplexities& ppl) {
  const std::optional<std::size_t> random = ppl.row("random");
  if (!random) return "There is no random control in this run.";
  double least = relative(ppl, *random, 0), most = least;
  for (std::size_t c = 1; c < ppl.columns.size(); ++c) {
    least = std::min(least, relative(ppl, *random, c));
    most = std::max(most, relative(ppl, *random, c));
  }
  const std::string from = signed_percent(least), to = signed_percent(most);
  return "As many random neurons change perplexity by " + (from == to ? from : from + " to " + to) + ".";
}

}  // namespace detail

/// Fig. 2: how often a language's own perplexity rises most, the strongest effect, the strongest effect on another
/// language, the control.
inline std::string perplexity_caption(const Perplexities& ppl) {
  std::string text =
      "Change in perplexity with the neurons of one language off (row), for each language (column); the colour is the "
      "same "
      "change relative to the perplexity with nothing off, the frame marks a language's own neurons. ";
  const std::vector<detail::Diagonal> cells = detail::diagonal(ppl);
  if (cells.empty()) return text + detail::random_sentence(ppl);
  const auto own = [&](const detail::Diagonal& cell) { return ppl.nll_change(cell.row, cell.column); };
  const auto other = [&](const detail::Diagonal& cell) {
    return cell.other ? ppl.nll_change(cell.row, *cell.other) : -1e300;
  };
  const auto rises_most = std::count_if(cells.begin(), cells.end(),
                                        [&](const auto& cell) { return own(cell) > 0 && own(cell) > other(cell); });
  text += "A language's own perplexity rises most in " + grouped(rises_most) + " of " +
          grouped(static_cast<std::int64_t>(cells.size())) + " rows. ";
  const auto strongest =
      std::max_element(cells.begin(), cells.end(), [&](const auto& a, const auto& b) { return own(a) < own(b); });
  const auto widest =
      std::max_element(cells.begin(), cells.end(), [&](const auto& a, const auto& b) { return other(a) < other(b); });
  text += detail::sentence(ppl, *strongest);
  if (widest != strongest) text += detail::sentence(ppl, *widest);
  return text + detail::random_sentence(ppl);
}

/// Fig. 2 for several sets: how far each is about the language itself, and how far random neurons go.
inline std::string panels_caption(const std::vector<Panel>& panels) {
  std::string text =
      "Change in perplexity with the neurons of one language off (row), for each language (column), by each method; "
      "one "
      "scale of colours, relative to the perplexity with nothing off, for all; k and M are thousands and millions. The "
      "frame marks a language's own "
      "neurons. ";
  for (const auto& [label, ppl] : panels) {
    double own = 0, others = 0;
    std::size_t own_cells = 0, other_cells = 0;
    for (const std::size_t r : ppl.rows_off())
      for (std::size_t c = 0; ppl.rows[r] != "random" && c < ppl.columns.size(); ++c) {
        const bool is_own = ppl.rows[r] == ppl.columns[c];
        (is_own ? own : others) += detail::relative(ppl, r, c);
        ++(is_own ? own_cells : other_cells);
      }
    const auto mean = [](double sum, std::size_t n) {
      return n == 0 ? "\u2013" : signed_percent(sum / static_cast<double>(n));
    };
    text += label + ": a language's own neurons " + mean(own, own_cells) + ", another's " + mean(others, other_cells) +
            " on average. ";
  }
  return text;
}

/// Fig. 4 for several sets: the layer that holds most of each.
inline std::string layer_panels_caption(const std::vector<SetDescription>& sets) {
  std::string text =
      "Neurons of each language in each layer by each method, one language above the other; the outline counts a "
      "neuron "
      "of several languages once. Each panel has a scale of its own. ";
  for (const SetDescription& set : sets) {
    const auto most = std::max_element(set.counts.unique.begin(), set.counts.unique.end());
    text += set.label + ": layer " + std::to_string(most - set.counts.unique.begin()) + " holds most, " +
            grouped(*most) + " of " + grouped(set.counts.all_unique()) + ". ";
  }
  return text;
}

/// Table 4: unique neurons beside the sum of assignments, the language with most and the one with fewest.
inline std::string language_caption(const NeuronSet& set) {
  const Index unique = set.unique();
  const auto fewer = [&](std::size_t a, std::size_t b) { return count(set.neurons[a]) < count(set.neurons[b]); };
  std::size_t most = 0, fewest = 0;
  for (std::size_t k = 1; k < set.languages.size(); ++k) {
    if (fewer(most, k)) most = k;
    if (fewer(k, fewest)) fewest = k;
  }
  const auto has = [&](std::size_t k) {
    return language_name(set.languages[k]) + " has " + grouped(count(set.neurons[k]));
  };
  std::string text = counted(unique, "unique neuron") + " of " + grouped(set.layers * set.neurons_per_layer) +
                     " belong to some language, " + counted(assignments(set), "assignment") +
                     " in all, as a neuron may belong to several. ";
  if (set.languages.size() > 1) text += "Most: " + has(most) + "; fewest: " + has(fewest) + ".";
  return text;
}

/// Fig. 4: where in the model they lie.
inline std::string layer_caption(const NeuronSet& set) {
  const std::vector<Index> unique = unique_by_layer(set);
  const Index all = set.unique();
  if (all == 0) return "No neuron was selected.";
  const auto most = std::max_element(unique.begin(), unique.end());
  std::string text =
      "Neurons of each language in each layer, one language above the other; the outline counts a neuron of several "
      "languages once. Layer 0 reads the embeddings. Layer " +
      std::to_string(most - unique.begin()) + " holds most, " + grouped(*most) + " of " +
      counted(all, "unique neuron") + ".";
  if (unique.size() < 8) return text;
  const auto share = [&](auto from) {
    Index sum = 0;
    for (int i = 0; i < 4; ++i) sum += *from++;
    return percent(static_cast<double>(sum) / static_cast<double>(all));
  };
  return text + " The first four layers hold " + share(unique.begin()) + ", the last four " + share(unique.end() - 4) +
         " of them.";
}

/// What is usual over all neurons, against which the selected ones stand out.
inline std::string activation_caption(const Activations& activations, bool with_bar) {
  const auto half = [&](std::size_t k) { return activations.profiles[k].above_half; };
  std::size_t most = 0, fewest = 0;
  for (std::size_t k = 1; k < activations.languages.size(); ++k) {
    if (half(k) > half(most)) most = k;
    if (half(k) < half(fewest)) fewest = k;
  }
  const std::string from = fixed(100 * half(fewest), 1) + "%", to = fixed(100 * half(most), 1) + "%";
  return "Share of tokens at which a neuron is active, over all " +
         grouped(activations.layers * activations.neurons_per_layer) +
         " neurons: the box holds the middle half of them, the line is the median, the whiskers hold nine in ten. "
         "Active in more than half "
         "of the tokens are " +
         (from == to ? from + " of the neurons in every language."
                     : "between " + from + " (" + language_name(activations.languages[fewest]) + ") and " + to + " (" +
                           language_name(activations.languages[most]) + ") of the neurons.") +
         (with_bar ? " The dashed line is the bar of the selection." : "");
}

}  // namespace neuroglot::report
