/// One matrix for each set of neurons of a perplexity.json, as figures and tables show them side by side.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/report_perplexity.hpp"

namespace neuroglot::report {

/// The rows of one set, called by what is off; `label` is empty in older files.
struct Panel {
  std::string label;
  Perplexities ppl;
};

namespace detail {

/// Appends row r of `all` under another name.
inline void take_row(const Perplexities& all, std::size_t r, const std::string& name, Perplexities& panel) {
  panel.rows.push_back(name);
  panel.nll.push_back(all.nll[r]);
  panel.ppl.push_back(all.ppl[r]);
  const auto take = [&](const Intervals& from, Intervals& to) {
    if (!from.empty()) to.push_back(from[r]);
  };
  take(all.nll_interval, panel.nll_interval);
  take(all.nll_change_interval, panel.nll_change_interval);
  take(all.ppl_change_interval, panel.ppl_change_interval);
  take(all.beyond_random_interval, panel.beyond_random_interval);
}

/// Makes the last row the mean of the losses of several random rows; its intervals reach from the lowest to the highest
/// of them.
inline void put_mean_of_controls(const Perplexities& all, const std::vector<std::size_t>& controls,
                                 Perplexities& panel) {
  const std::size_t none = *all.row("none");
  for (std::size_t c = 0; c < all.columns.size(); ++c) {
    double sum = 0, low = all.nll[controls[0]][c], high = low;
    for (const std::size_t r : controls) {
      sum += all.nll[r][c];
      low = std::min(low, all.nll[r][c]);
      high = std::max(high, all.nll[r][c]);
    }
    panel.nll.back()[c] = sum / static_cast<double>(controls.size());
    panel.ppl.back()[c] = std::exp(panel.nll.back()[c]);
    const double before = all.nll[none][c];
    if (!panel.nll_interval.empty()) panel.nll_interval.back()[c] = Interval{low, high};
    if (!panel.nll_change_interval.empty()) panel.nll_change_interval.back()[c] = Interval{low - before, high - before};
    if (!panel.ppl_change_interval.empty())
      panel.ppl_change_interval.back()[c] =
          Interval{std::exp(low) - std::exp(before), std::exp(high) - std::exp(before)};
  }
}

inline Panel panel_of(const Perplexities& all, const std::string& label) {
  Panel panel{label, {}};
  Perplexities& ppl = panel.ppl;
  ppl.columns = all.columns;
  ppl.blocks = all.blocks;
  ppl.tokens = all.tokens;
  ppl.block = all.block;
  ppl.protocol = all.protocol;
  ppl.provenance = all.provenance;
  take_row(all, *all.row("none"), "none", ppl);
  std::vector<std::size_t> controls;
  for (std::size_t r = 0; r < all.rows.size(); ++r) {
    if (all.row_set[r] != label || all.row_off[r] == "none") continue;
    if (all.row_off[r] == "random")
      controls.push_back(r);
    else
      take_row(all, r, all.row_off[r], ppl);
  }
  ppl.controls = controls.size();
  if (controls.empty()) return panel;
  take_row(all, controls[0], "random", ppl);
  if (controls.size() > 1) put_mean_of_controls(all, controls, ppl);
  return panel;
}

}  // namespace detail

/// In the order of the file.
inline std::vector<Panel> panels(const Perplexities& all) {
  std::vector<std::string> labels;
  for (std::size_t r = 0; r < all.rows.size(); ++r)
    if (all.row_off[r] != "none" && std::find(labels.begin(), labels.end(), all.row_set[r]) == labels.end())
      labels.push_back(all.row_set[r]);
  std::vector<Panel> result;
  for (const std::string& label : labels) result.push_back(detail::panel_of(all, label));
  return result;
}

/// One language's neurons of one method at several rates: what Fig. 3 shows.
struct Rates {
  std::string off;            ///< the language
  std::vector<double> rates;  ///< ascending
  std::vector<Panel> panels;  ///< of each rate: rows "none", the language, "random"
};

/// Nothing where the file is not of that kind.
inline std::optional<Rates> rates_of(const Perplexities& all) {
  if (all.sets.size() < 2) return std::nullopt;
  std::vector<std::pair<double, Panel>> by_rate;
  for (Panel& panel : panels(all)) {
    const auto has_its_label = [&](const SetDescription& set) { return set.label == panel.label; };
    const auto set = std::find_if(all.sets.begin(), all.sets.end(), has_its_label);
    const bool is_one_language = panel.ppl.rows.size() == (panel.ppl.row("random") ? 3U : 2U);
    if (set == all.sets.end() || !set->rate || set->method != all.sets[0].method || !is_one_language)
      return std::nullopt;
    by_rate.emplace_back(*set->rate, std::move(panel));
  }
  if (by_rate.empty()) return std::nullopt;
  std::stable_sort(by_rate.begin(), by_rate.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  Rates result{by_rate[0].second.ppl.rows[1], {}, {}};
  for (auto& [rate, panel] : by_rate) {
    if (panel.ppl.rows[1] != result.off) return std::nullopt;
    result.rates.push_back(rate);
    result.panels.push_back(std::move(panel));
  }
  return result;
}

}  // namespace neuroglot::report
