/// The numbers behind the figures: as tables of files (every digit) and as tables of the page (as many as one reads).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_fact_neurons_section.hpp"
#include "neuroglot/experiment/facts/report_factors_section.hpp"
#include "neuroglot/experiment/facts/report_probe_tables.hpp"
#include "neuroglot/experiment/facts/report_sharing_section.hpp"
#include "neuroglot/experiment/judging/judgement_file.hpp"
#include "neuroglot/experiment/neuron_counts.hpp"
#include "neuroglot/experiment/report_html.hpp"
#include "neuroglot/experiment/report_run.hpp"
#include "neuroglot/experiment/report_set_figures.hpp"
#include "neuroglot/experiment/report_similarity_tables.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/io/table.hpp"

namespace neuroglot::report {

/// A table and the name of its file without the ending.
struct NamedTable {
  std::string name;
  Table table;
};

namespace detail {

inline std::optional<Interval> interval_at(const Intervals& intervals, std::size_t row, std::size_t column) {
  return intervals.empty() ? std::nullopt : intervals[row][column];
}

inline Table perplexity_rows(const Perplexities& ppl) {
  Table table({"off", "measured", "nll", "ppl", "nll_change", "ppl_change", "blocks", "tokens", "set", "ppl_change_low",
               "ppl_change_high"});
  for (std::size_t r = 0; r < ppl.rows.size(); ++r)
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
      const std::optional<Interval> ends = interval_at(ppl.ppl_change_interval, r, c);
      table.add_row({ppl.rows[r], ppl.columns[c], ppl.nll[r][c], ppl.ppl[r][c], ppl.nll_change(r, c),
                     ppl.ppl_change(r, c), std::int64_t{ppl.blocks[c]}, std::int64_t{ppl.tokens[c]}, ppl.row_set[r],
                     ends ? Cell(ends->low) : Cell(std::string()), ends ? Cell(ends->high) : Cell(std::string())});
    }
  return table;
}

/// A row a rate and language measured.
inline Table rate_rows(const Rates& rates) {
  Table table({"rate", "off", "measured", "ppl", "ppl_change", "ppl_change_low", "ppl_change_high"});
  for (std::size_t i = 0; i < rates.rates.size(); ++i) {
    const Perplexities& ppl = rates.panels[i].ppl;
    for (std::size_t r = 1; r < ppl.rows.size(); ++r)
      for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
        const std::optional<Interval> ends = interval_at(ppl.ppl_change_interval, r, c);
        table.add_row({rates.rates[i], ppl.rows[r], ppl.columns[c], ppl.ppl[r][c], ppl.ppl_change(r, c),
                       ends ? Cell(ends->low) : Cell(std::string()), ends ? Cell(ends->high) : Cell(std::string())});
      }
  }
  return table;
}

inline Table language_rows(const NeuronSet& set) {
  Table table({"language", "neurons", "this_language_alone"});
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    table.add(set.languages[k], count(set.neurons[k]), exclusive(set, k));
  return table;
}

/// Long form: a row a language and layer, so that no language's name can collide with that of a column.
inline Table layer_rows(const NeuronSet& set) {
  Table table({"language", "layer", "neurons", "unique_in_layer"});
  const std::vector<Index> unique = unique_by_layer(set);
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    for (std::size_t layer = 0; layer < unique.size(); ++layer)
      table.add(set.languages[k], layer, set.neurons[k][layer].size(), unique[layer]);
  return table;
}

inline Table activation_rows(const Activations& activations) {
  Table table({"language", "tokens", "p05", "p25", "median", "p75", "p95", "share_above_0.5", "share_above_0.95",
               "share_never"});
  for (std::size_t k = 0; k < activations.languages.size(); ++k) {
    const ActivationProfile& of = activations.profiles[k];
    const auto& q = of.quantiles;
    table.add(activations.languages[k], of.tokens, q[0], q[1], q[2], q[3], q[4], of.above_half, of.above_95, of.never);
  }
  return table;
}

/// One number of each cell with its change against "none" below it.
template <class Value, class Change>
HtmlTable matrix_table(const Perplexities& ppl, std::string caption, Value value, Change change) {
  HtmlTable table{std::move(caption), {"off"}, {}};
  for (const std::string& column : ppl.columns) table.head.push_back(html(column));
  std::vector<std::size_t> rows = ppl.rows_off();
  rows.insert(rows.begin(), *ppl.row("none"));
  for (const std::size_t r : rows) {
    std::vector<HtmlCell> cells = {html(ppl.rows[r])};
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
      const std::string below = r == rows.front() ? "" : "<small>" + change(r, c) + "</small>";
      cells.emplace_back(value(r, c) + below, ppl.rows[r] == ppl.columns[c]);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace detail

/// For each part of the run that is there; to be written as NAME.tsv.
inline std::vector<NamedTable> tables(const Run& run) {
  std::vector<NamedTable> all;
  if (run.perplexities) all.push_back({"perplexity", detail::perplexity_rows(*run.perplexities)});
  if (run.perplexities && run.perplexities->sets.size() > 1) {
    all.push_back({"neurons_by_set", set_rows(run.perplexities->sets)});
    all.push_back({"neurons_per_layer_by_set", set_layer_rows(run.perplexities->sets)});
  }
  if (run.rates) all.push_back({"perplexity_rates", detail::rate_rows(*run.rates)});
  if (run.rate_curves) all.push_back({"perplexity_rate_curves", rate_curve_rows(*run.rate_curves)});
  if (run.selection) {
    all.push_back({"neurons_per_language", detail::language_rows(run.selection->neurons)});
    all.push_back({"neurons_per_layer", detail::layer_rows(run.selection->neurons)});
  }
  if (run.activations) all.push_back({"activation_probability", detail::activation_rows(*run.activations)});
  if (run.similarity) all.push_back({"similarity", similarity_rows(*run.similarity)});
  if (run.judgement) all.push_back({"judgement", judgement_table(run.judgement->cells)});
  if (!run.probes.empty()) {
    all.push_back({"probe", probe_rows(run.probes)});
    all.push_back({"partial_patterns", partial_pattern_rows(run.probes)});
  }
  if (run.factors) {
    all.push_back({"factors", factor_rows(*run.factors)});
    all.push_back({"one_token", one_token_rows(*run.factors)});
  }
  if (run.sharing) all.push_back({"sharing", sharing_rows(*run.sharing)});
  if (run.fact_neurons) {
    all.push_back({"fact_kinds", fact_kind_rows(*run.fact_neurons)});
    all.push_back({"fact_neurons", fact_neuron_rows(*run.fact_neurons)});
  }
  return all;
}

/// " [1.20, 3.40]", or nothing in an older file or a column of one block.
template <class Write>
std::string interval_words(const Intervals& intervals, std::size_t row, std::size_t column, Write write) {
  const std::optional<Interval> ends = detail::interval_at(intervals, row, column);
  return ends ? " [" + write(ends->low) + ", " + write(ends->high) + "]" : "";
}

/// What stands in the brackets; nothing where no cell has any.
inline std::string interval_caption(const Perplexities& ppl) {
  if (ppl.ppl_change_interval.empty()) return "";
  return " [95% bootstrap interval over blocks" +
         (ppl.controls > 1 ? "; of random: lowest and highest of " + std::to_string(ppl.controls) + " seeds"
                           : std::string()) +
         "]";
}

inline HtmlTable ppl_table(const Perplexities& ppl) {
  return detail::matrix_table(
      ppl, "<b>Perplexity</b>, and its change against nothing off" + interval_caption(ppl),
      [&](auto r, auto c) { return rounded(ppl.ppl[r][c]); },
      [&](auto r, auto c) {
        return signed_change(ppl.ppl_change(r, c)) + interval_words(ppl.ppl_change_interval, r, c, signed_change);
      });
}

inline HtmlTable nll_table(const Perplexities& ppl) {
  return detail::matrix_table(
      ppl, "<b>Mean negative log-likelihood</b> in nats a token, and its change" + interval_caption(ppl),
      [&](auto r, auto c) { return fixed(ppl.nll[r][c], 3); },
      [&](auto r, auto c) {
        const auto write = [](double value) { return signed_fixed(value, 3); };
        return write(ppl.nll_change(r, c)) + interval_words(ppl.nll_change_interval, r, c, write);
      });
}

inline HtmlTable language_table(const NeuronSet& set) {
  HtmlTable table{"", {"language", "neurons", "this language alone", "share of all neurons"}, {}};
  const auto all = static_cast<double>(set.layers * set.neurons_per_layer);
  for (std::size_t k = 0; k < set.languages.size(); ++k)
    table.rows.push_back({html(language_name(set.languages[k])), grouped(count(set.neurons[k])),
                          grouped(exclusive(set, k)),
                          fixed(100 * static_cast<double>(count(set.neurons[k])) / all, 2) + "%"});
  table.rows.push_back({"sum of assignments", grouped(assignments(set)), "", ""});
  table.rows.push_back(
      {"unique neurons", grouped(set.unique()), "", fixed(100 * static_cast<double>(set.unique()) / all, 2) + "%"});
  return table;
}

inline HtmlTable activation_table(const Activations& activations) {
  HtmlTable table{"Share of the neurons that are active in ...",
                  {"language", "more than half of the tokens", "more than 95%", "none of them", "median probability"},
                  {}};
  for (std::size_t k = 0; k < activations.languages.size(); ++k) {
    const ActivationProfile& of = activations.profiles[k];
    table.rows.push_back({html(language_name(activations.languages[k])), fixed(100 * of.above_half, 1) + "%",
                          fixed(100 * of.above_95, 2) + "%", fixed(100 * of.never, 2) + "%",
                          fixed(of.quantiles[2], 3)});
  }
  return table;
}

}  // namespace neuroglot::report
