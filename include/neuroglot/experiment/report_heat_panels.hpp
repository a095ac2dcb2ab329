/// Several heat maps of one kind in one picture, two beside each other, with one colour bar.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"

namespace neuroglot::report {

namespace detail {

inline constexpr std::size_t panels_a_row = 2;
inline constexpr double panel_head = 84;  // pixels of a panel's label, the axis title and the names of the columns

/// Of the widest panel; panels then lie on a grid.
inline HeatLayout panel_layout(const std::vector<std::pair<std::string, HeatMap>>& maps) {
  HeatLayout at{};
  std::size_t longest_row = 2, longest_column = 2, columns = 1, rows = 1;
  for (const auto& [label, map] : maps) {
    for (const std::string& row : map.rows) longest_row = std::max(longest_row, display_width(row));
    for (const std::string& column : map.columns) longest_column = std::max(longest_column, display_width(column));
    columns = std::max(columns, map.columns.size());
    rows = std::max(rows, map.rows.size());
  }
  at.left = 44 + 9.0 * static_cast<double>(longest_row);
  at.cell_width = std::max(52.0, 8.5 * static_cast<double>(longest_column));
  at.cell_height = row_height(rows) * 0.8;
  at.width = static_cast<int>(at.left + at.cell_width * static_cast<double>(columns) + 24);
  at.height = static_cast<int>(panel_head + at.cell_height * static_cast<double>(rows) + 12 + 24);
  return at;
}

inline void draw_panel(const std::string& label, const HeatMap& map, const HeatLayout& at, Canvas& canvas) {
  draw_cells(map, at, canvas);
  const double width = at.cell_width * static_cast<double>(map.columns.size());
  canvas.text(at.left, at.top - panel_head + 16, label, "left");
  canvas.text(at.left + width / 2, at.top - panel_head + 42, map.column_title, "center");
  for (std::size_t c = 0; c < map.columns.size(); ++c)
    canvas.text(at.left + (static_cast<double>(c) + 0.5) * at.cell_width - 1, at.top - 16, map.columns[c], "center");
  canvas.text(at.title_x, at.top + at.cell_height * static_cast<double>(map.rows.size()) / 2, map.row_title,
              "center rotate by 90");
}

}  // namespace detail

/// The colour bar is that of the first map.
inline Figure heat_panels(std::string name, std::string title,
                          const std::vector<std::pair<std::string, HeatMap>>& maps) {
  const detail::HeatLayout panel = detail::panel_layout(maps);
  const std::size_t across = std::min(detail::panels_a_row, maps.size());
  const std::size_t down = (maps.size() + across - 1) / across;
  const int width = panel.width * static_cast<int>(across) + 112, height = panel.height * static_cast<int>(down);
  detail::Canvas canvas(width, height);
  for (std::size_t i = 0; i < maps.size(); ++i) {
    detail::HeatLayout at = panel;
    const std::size_t row = i / across, column = i % across;
    const double x = static_cast<double>(panel.width) * static_cast<double>(column);
    at.left += x;
    at.title_x = x + 14;
    at.top = detail::panel_head + static_cast<double>(panel.height) * static_cast<double>(row);
    at.bar_x = width - 100;
    detail::draw_panel(maps[i].first, maps[i].second, at, canvas);
    if (i == 0) detail::draw_bar(maps[i].second, at, canvas);
  }
  return {std::move(name), std::move(title), width, height, canvas.script()};
}

}  // namespace neuroglot::report
