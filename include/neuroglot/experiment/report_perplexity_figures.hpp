/// The perplexity matrix as a heat map, one method by itself or several side by side. (Tang et al. 2024, Fig. 2)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_heat_panels.hpp"
#include "neuroglot/experiment/report_panels.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// The change of ln ppl at which the colour is darkest: the largest one, and that of +10% at least, so that noise stays
/// pale.
inline double full_shade(const Perplexities& ppl) {
  double largest = std::log(1.1);
  for (const std::size_t r : ppl.rows_off())
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) largest = std::max(largest, std::abs(ppl.nll_change(r, c)));
  return largest;
}

/// Round percentages from `lowest` shade to 1, at least `room` apart; a change by the share s is at ln(1 + s) /
/// full.
inline std::vector<std::pair<double, std::string>> percent_ticks(double full, double lowest, double room) {
  std::vector<std::pair<double, std::string>> ticks = {{0.0, "0"}};
  for (double power = 0.01, last = 0; std::log1p(power) <= full; power *= 10)
    for (const double share : {power, 2 * power, 5 * power}) {
      const double shade = std::log1p(share) / full;
      if (shade > 1 || shade - last < room) continue;
      ticks.emplace_back(shade, signed_percent(share));
      last = shade;
    }
  if (1 - ticks.back().first > room) ticks.emplace_back(1, "+" + percent(std::expm1(full)));
  double last = 0;
  for (const double share : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.99}) {
    const double shade = std::log1p(-share) / full;
    if (shade < lowest || last - shade < room) continue;
    ticks.emplace_back(shade, signed_percent(-share));
    last = shade;
  }
  if (lowest < last - room) ticks.emplace_back(lowest, percent(std::expm1(lowest * full)));
  return ticks;
}

/// The cells alone. The number is the change of perplexity, the colour the same relative to the perplexity with nothing
/// off, darkest at a change of ln ppl by `full`.
template <class Write>
HeatMap perplexity_cells(const Perplexities& ppl, double full, Write write) {
  HeatMap map;
  for (const std::string& column : ppl.columns) map.columns.push_back(shortened(column, 10));
  for (const std::size_t r : ppl.rows_off()) {
    if (ppl.rows[r] == "random") map.gap_before = map.rows.size();
    map.rows.push_back(shortened(ppl.rows[r]));
    map.cells.emplace_back();
    for (std::size_t c = 0; c < ppl.columns.size(); ++c) {
      const double shade = ppl.nll_change(r, c) / full;
      map.cells.back().push_back({shade, write(ppl.ppl_change(r, c)), ppl.rows[r] == ppl.columns[c]});
      if (shade < -0.04) map.lowest_shade = std::min(map.lowest_shade, shade);
    }
  }
  map.row_title = "neurons switched off";
  map.column_title = "language measured";
  map.bar_title = "relative";
  return map;
}

}  // namespace detail

/// Rows: what is off; columns: what is measured.
inline Figure perplexity_figure(const Perplexities& ppl) {
  const double full = detail::full_shade(ppl);
  HeatMap map = detail::perplexity_cells(ppl, full, signed_change);
  map.bar_ticks =
      detail::percent_ticks(full, map.lowest_shade, 22 * (1 - map.lowest_shade) / bar_height(map.rows.size()));
  return heat_map("perplexity_change", "Change in perplexity, language switched off by language measured", map);
}

/// The same for each method, with one scale of colours for all, which ends at ten times the perplexity: one method that
/// breaks the model would leave no colour for the others.
inline Figure perplexity_figure(const std::vector<Panel>& panels) {
  double full = 0, lowest = 0;
  for (const Panel& panel : panels) full = std::max(full, detail::full_shade(panel.ppl));
  const bool goes_on = full > std::log(10);
  full = std::min(full, std::log(10));
  std::vector<std::pair<std::string, HeatMap>> maps;
  for (const Panel& panel : panels) {
    maps.emplace_back(panel.label, detail::perplexity_cells(panel.ppl, full, shortly));
    lowest = std::max(-1.0, std::min(lowest, maps.back().second.lowest_shade));
  }
  for (auto& [label, map] : maps) map.lowest_shade = lowest;
  HeatMap& first = maps.front().second;
  const double room = 22 * (1 - lowest) / bar_height(first.rows.size());
  first.bar_ticks = detail::percent_ticks(full, lowest, room);
  if (goes_on) {
    std::erase_if(first.bar_ticks, [&](const auto& tick) { return tick.first > 1 - room; });
    first.bar_ticks.emplace_back(1, "\u2265 +900%");
  }
  return heat_panels("perplexity_change", "Change in perplexity, language switched off by language measured, by method",
                     maps);
}

}  // namespace neuroglot::report
