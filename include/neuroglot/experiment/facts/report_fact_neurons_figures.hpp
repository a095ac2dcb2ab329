/// Similarity of languages by the neurons of facts, the activity of one fact, and facts with neurons off, as figures.
/// (Zhao et al. 2024, Figs. 15 and 16 of the slides)
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/facts/report_fact_neurons.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

namespace detail {

/// Names over narrow columns: every second or third where they would run into each other.
inline std::vector<std::string> thinned(std::vector<std::string> names, std::size_t most) {
  const std::size_t step = (names.size() + most - 1) / most;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = i % step == 0 ? shortened(names[i], 4) : "";
  return names;
}

/// Rows and columns of languages, from the lowest to the highest value that `skip` does not leave out.
template <class Skip>
HeatMap language_heat_map(const OptionalRows& values, const std::vector<std::string>& rows,
                          const std::vector<std::string>& columns, Skip skip, bool signed_values) {
  constexpr std::size_t most_with_numbers = 14, most_names = 34;
  double least = 1e300, most = -1e300;
  for (std::size_t r = 0; r < values.size(); ++r)
    for (std::size_t c = 0; c < values[r].size(); ++c)
      if (values[r][c] && !skip(r, c)) {
        least = std::min(least, *values[r][c]);
        most = std::max(most, *values[r][c]);
      }
  const double size = std::max({std::abs(least), std::abs(most), 1e-12});
  const auto shade = [&](double value) {
    return signed_values ? value / size : most > least ? (value - least) / (most - least) : 0.5;
  };
  HeatMap map{rows, thinned(columns, most_names), {}, "", "", ~std::size_t{0}, signed_values ? -1.0 : 0.0, "", {}};
  for (std::string& row : map.rows) row = shortened(row);
  for (std::size_t r = 0; r < values.size(); ++r) {
    map.cells.emplace_back();
    for (std::size_t c = 0; c < values[r].size(); ++c) {
      HeatCell cell;
      if (values[r][c] && !skip(r, c)) {
        cell.shade = shade(*values[r][c]);
        if (columns.size() <= most_with_numbers) cell.text = fixed(*values[r][c], 2);
      } else if (columns.size() <= most_with_numbers) {
        cell.text = " ";
      }
      map.cells.back().push_back(std::move(cell));
    }
  }
  if (signed_values)
    map.bar_ticks = {{-1, fixed(-size, 2)}, {0, "0"}, {1, fixed(size, 2)}};
  else
    map.bar_ticks = {{0, fixed(least, 2)}, {1, fixed(most, 2)}};
  return map;
}

inline constexpr std::size_t most_activity_panels = 6;

/// Where more languages predict the fact than there are panels: spread evenly from the first to the last.
inline std::vector<const FactActivityPanel*> pictured_activity(const FactNeuronsSection& section) {
  const std::size_t all = section.activity.size(), panels = std::min(all, most_activity_panels);
  std::vector<const FactActivityPanel*> chosen;
  for (std::size_t i = 0; i < panels; ++i)
    chosen.push_back(&section.activity[panels == 1 ? 0 : i * (all - 1) / (panels - 1)]);
  return chosen;
}

/// One language's panel with its upper left cell at (left, top); `most` is the darkest score.
inline void draw_activity(const FactActivityPanel& panel, double left, double top, double cell_width,
                          double cell_height, double most, Canvas& canvas) {
  const std::size_t layers = panel.means.size(), groups = panel.means[0].size(), step = 1 + layers / 9;
  canvas.text(left, top - 26, panel.language + ": " + shortened(panel.object, 28), "left");
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const double y = top + cell_height * static_cast<double>(layer);
    if (layer % step == 0) canvas.text(left - 8, y + cell_height / 2, std::to_string(layer), "right");
    for (std::size_t g = 0; g < groups; ++g)
      canvas.rectangle(left + cell_width * static_cast<double>(g), y, cell_width - 0.5, cell_height - 0.5,
                       hex(shade_colour(panel.means[layer][g] / most)));
  }
  const double bottom = top + cell_height * static_cast<double>(layers);
  canvas.text(left + cell_width * static_cast<double>(groups) / 2, bottom + 16,
              text_of("group of neurons, 0 to ", groups - 1), "center");
  canvas.text(left - 42, (top + bottom) / 2, "layer", "center rotate by 90");
}

}  // namespace detail

/// Fig. 16: languages by P@1, the diagonal left out.
inline Figure fact_sharing_figure(const FactNeuronsSection& section) {
  HeatMap map = detail::language_heat_map(
      section.similarity, section.languages, section.languages, [](std::size_t r, std::size_t c) { return r == c; },
      false);
  map.row_title = map.column_title = "language";
  map.bar_title = "similarity";
  return heat_map("fact_neurons", "Similarity of languages by the neurons of the facts that both predict", map);
}

/// Fig. 15: a panel a language, layers by groups of neurons, on one scale.
inline Figure fact_activity_figure(const FactNeuronsSection& section) {
  const std::vector<const FactActivityPanel*> chosen = detail::pictured_activity(section);
  const std::size_t panels = chosen.size();
  const std::size_t layers = section.activity[0].means.size(), groups = section.activity[0].means[0].size();
  const double cell_width = std::max(6.0, 288.0 / static_cast<double>(groups));
  const double cell_height = layers > 16 ? 9 : 16;
  const double width = 60 + cell_width * static_cast<double>(groups) + 12;
  const double height = 44 + cell_height * static_cast<double>(layers) + 34;
  double most = 1e-12;
  for (const FactActivityPanel* panel : chosen)
    for (const auto& layer : panel->means) most = std::max(most, *std::ranges::max_element(layer));
  const std::size_t rows = (panels + 1) / 2;
  const auto all_width = static_cast<int>(2 * width + 112),
             all_height = static_cast<int>(height * static_cast<double>(rows) + 12);
  detail::Canvas canvas(all_width, all_height);
  for (std::size_t i = 0; i < panels; ++i) {
    const std::size_t row = i / 2, column = i % 2;
    detail::draw_activity(*chosen[i], 60 + width * static_cast<double>(column), 44 + height * static_cast<double>(row),
                          cell_width, cell_height, most, canvas);
  }
  HeatMap bar;
  bar.rows.resize(layers);
  bar.bar_title = "score";
  bar.bar_ticks = {{0, "0"}, {1, rounded(most)}};
  detail::HeatLayout at{};
  at.bar_x = 2 * width + 24;
  at.top = 60;
  detail::draw_bar(bar, at, canvas);
  return {"fact_activity", "Scores of the neurons of one fact in each language", all_width, all_height,
          canvas.script()};
}

/// Change of the log probability of facts, source by target.
inline Figure facts_off_figure(const FactsOffSection& off) {
  HeatMap map = detail::language_heat_map(
      off.change, off.sources, off.targets, [](std::size_t, std::size_t) { return false; }, true);
  map.row_title = "neurons of";
  map.column_title = "asked in";
  map.bar_title = "change, nats";
  for (std::size_t r = 0; r < off.sources.size(); ++r)
    for (std::size_t c = 0; c < off.targets.size(); ++c) map.cells[r][c].framed = off.sources[r] == off.targets[c];
  return heat_map("facts_off", "Change of a fact's log probability with its neurons of another language off", map);
}

}  // namespace neuroglot::report
