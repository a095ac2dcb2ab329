/// A matrix drawn as coloured cells with its numbers written in them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_words.hpp"

namespace neuroglot::report {

struct HeatCell {
  double shade = 0;  ///< -1 (blue) over 0 (nearly white) to 1 (dark orange)
  std::string text;
  bool framed = false;
};

struct HeatMap {
  std::vector<std::string> rows;
  std::vector<std::string> columns;  ///< an empty one is not written
  std::vector<std::vector<HeatCell>> cells;
  std::string row_title;
  std::string column_title;
  std::size_t gap_before = ~std::size_t{0};  ///< the row that stands apart from those above it
  double lowest_shade = 0;                   ///< where the colour bar begins: 0, or -1 where there are negative values
  std::string bar_title;
  std::vector<std::pair<double, std::string>> bar_ticks;  ///< shade and label
};

/// Pixels of a matrix's row and of the colour bar beside so many.
inline double row_height(std::size_t rows) {
  return rows > 16 ? 26 : 40;
}
inline double bar_height(std::size_t rows) {
  return std::min(280.0, row_height(rows) * static_cast<double>(rows));
}

using Colour = std::array<double, 3>;  ///< red, green, blue from 0 to 255

/// Orange for more, blue for less (ColorBrewer's Oranges and Blues), told apart by all common kinds of colour
/// blindness.
inline Colour shade_colour(double shade) {
  static constexpr std::array<Colour, 5> more = {
      {{248, 246, 243}, {253, 208, 162}, {253, 141, 60}, {217, 72, 1}, {127, 39, 4}}};
  static constexpr std::array<Colour, 5> less = {
      {{248, 246, 243}, {198, 219, 239}, {107, 174, 214}, {33, 113, 181}, {8, 48, 107}}};
  const std::array<Colour, 5>& stops = shade < 0 ? less : more;
  const double at = 4 * std::min(1.0, std::abs(shade));
  const auto below = std::min<std::size_t>(3, static_cast<std::size_t>(at));
  Colour colour{};
  for (std::size_t i = 0; i < 3; ++i)
    colour[i] = stops[below][i] + (at - static_cast<double>(below)) * (stops[below + 1][i] - stops[below][i]);
  return colour;
}

inline std::string hex(const Colour& colour) {
  std::string text = "#";
  for (const double channel : colour) {
    const auto value = static_cast<unsigned>(std::lround(channel));
    text += {"0123456789abcdef"[value / 16], "0123456789abcdef"[value % 16]};
  }
  return text;
}

/// Black or white, whichever can be read on that colour.
inline std::string_view ink_on(const Colour& colour) {
  return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] < 140 ? "#ffffff" : ink;
}

namespace detail {

/// Gnuplot as a canvas: the units are pixels, y grows downwards.
class Canvas {
 public:
  Canvas(int width, int height) : width_(width), height_(height) {}

  void rectangle(double x, double y, double width, double height, std::string_view colour) {
    script_ += text_of("set object rectangle from ", x, ",", y, " to ", x + width, ",", y + height,
                       " back fillstyle solid 1 noborder fillcolor rgb \"", colour, "\"\n");
  }
  void frame(double x, double y, double width, double height) {
    script_ += text_of("set object rectangle from ", x, ",", y, " to ", x + width, ",", y + height,
                       " front fillstyle empty border linecolor rgb \"", ink, "\" linewidth 2\n");
  }
  void text(double x, double y, std::string_view content, std::string_view place, std::string_view colour = ink) {
    script_ += text_of("set label ", gnuplot_string(content), " at ", x, ",", y, " ", place, " front textcolor rgb \"",
                       colour, "\"\n");
  }
  void line(double x1, double y1, double x2, double y2, std::string_view colour, double width = 1) {
    script_ += text_of("set arrow from ", x1, ",", y1, " to ", x2, ",", y2, " nohead back linewidth ", width,
                       " linecolor rgb \"", colour, "\"\n");
  }
  /// What was drawn so far, to stand in another script of the same size.
  const std::string& objects() const { return script_; }
  std::string script() const {
    return text_of(
        "unset border\nunset tics\nunset key\nunset grid\nset lmargin at screen 0\nset rmargin at screen 1\n"
        "set bmargin at screen 0\nset tmargin at screen 1\nset xrange [0:",
        width_, "]\nset yrange [", height_, ":0]\n", script_, "plot NaN notitle\n");
  }

 private:
  int width_, height_;
  std::string script_;
};

struct HeatLayout {
  double cell_width, cell_height, left, top, bar_x, title_x;
  int width, height;
  bool upright_columns;  ///< their names do not fit side by side
};

inline HeatLayout layout(const HeatMap& map) {
  std::size_t longest = 2;
  for (const std::string& row : map.rows) longest = std::max(longest, display_width(row));
  const auto columns = static_cast<double>(map.columns.size());
  const auto rows = static_cast<double>(map.rows.size());
  HeatLayout at{};
  at.left = 48 + 9.0 * static_cast<double>(longest);
  constexpr double right = 128;
  at.cell_width = std::clamp((800 - at.left - right) / columns, map.cells[0][0].text.empty() ? 6.0 : 50.0, 90.0);
  at.cell_height = row_height(map.rows.size());
  std::size_t widest = 1;
  for (const std::string& column : map.columns) widest = std::max(widest, display_width(column));
  at.upright_columns = !map.cells[0][0].text.empty() && 8.5 * static_cast<double>(widest) > at.cell_width;
  at.top = at.upright_columns ? 56 + 9.5 * static_cast<double>(widest) : 64;
  const double drawn = at.left + at.cell_width * columns;
  at.width = static_cast<int>(std::max(800.0, drawn + right));
  const double spare = std::max(0.0, (at.width - drawn - right) / 2);
  at.title_x = 16 + spare;
  at.left += spare;
  at.bar_x = at.left + at.cell_width * columns + 32;
  at.height = static_cast<int>(at.top + rows * at.cell_height + (map.gap_before < map.rows.size() ? 12 : 0) + 16);
  return at;
}

inline void draw_cells(const HeatMap& map, const HeatLayout& at, Canvas& canvas) {
  const double space = at.cell_width < 20 ? 0.5 : 2;
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const double y = at.top + static_cast<double>(r) * at.cell_height + (r >= map.gap_before ? 12 : 0);
    canvas.text(at.left - 10, y + at.cell_height / 2, map.rows[r], "right");
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const double x = at.left + static_cast<double>(c) * at.cell_width;
      const HeatCell& cell = map.cells[r][c];
      const Colour colour = shade_colour(cell.shade);
      canvas.rectangle(x, y, at.cell_width - space, at.cell_height - space, hex(colour));
      if (cell.framed) canvas.frame(x, y, at.cell_width - space, at.cell_height - space);
      if (!cell.text.empty())
        canvas.text(x + (at.cell_width - space) / 2, y + (at.cell_height - space) / 2, cell.text, "center",
                    ink_on(colour));
    }
  }
}

inline void draw_bar(const HeatMap& map, const HeatLayout& at, Canvas& canvas) {
  constexpr int steps = 64;
  const double height = bar_height(map.rows.size());
  const auto y_of = [&](double shade) {
    return at.top + height * (1 - (shade - map.lowest_shade) / (1 - map.lowest_shade));
  };
  for (int i = 0; i < steps; ++i) {
    const double shade = map.lowest_shade + (1 - map.lowest_shade) * (i + 0.5) / steps;
    const double top = at.top + height * (steps - 1 - i) / steps;
    canvas.rectangle(at.bar_x, top, 14, height / steps + 0.5, hex(shade_colour(shade)));
  }
  for (const auto& [shade, label] : map.bar_ticks) canvas.text(at.bar_x + 22, y_of(shade), label, "left");
  canvas.text(at.bar_x, at.top - 22, map.bar_title, "left");
}

}  // namespace detail

inline Figure heat_map(std::string name, std::string title, const HeatMap& map) {
  const detail::HeatLayout at = detail::layout(map);
  detail::Canvas canvas(at.width, at.height);
  detail::draw_cells(map, at, canvas);
  detail::draw_bar(map, at, canvas);
  const double columns = at.cell_width * static_cast<double>(map.columns.size());
  canvas.text(at.left + columns / 2, 16, map.column_title, "center");
  for (std::size_t c = 0; c < map.columns.size(); ++c)
    if (!map.columns[c].empty())
      canvas.text(at.left + (static_cast<double>(c) + 0.5) * at.cell_width - 1, at.top - (at.upright_columns ? 12 : 22),
                  map.columns[c], at.upright_columns ? "left rotate by 90" : "center");
  const double rows = at.height - at.top - 16;
  canvas.text(at.title_x, at.top + rows / 2, map.row_title, "center rotate by 90");
  return {std::move(name), std::move(title), at.width, at.height, canvas.script()};
}

}  // namespace neuroglot::report
