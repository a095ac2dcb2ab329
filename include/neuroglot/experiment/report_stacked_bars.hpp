/// Rows of bars that are put together of parts: what a number of things consists of, row by row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_heat_map.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/experiment/round_step.hpp"

namespace neuroglot::report {

/// A part has its colour and a value in each row.
struct BarPart {
  std::string label, colour;
  std::vector<double> values;
};

struct StackedBars {
  std::vector<std::string> rows;
  std::vector<BarPart> parts;  ///< from the left to the right
  std::string axis;            ///< what the values are
};

namespace detail {

struct BarLayout {
  double left, top, row, width, most;
  double x(double value) const { return left + width * value / most; }
};

/// A square and its label for each part, in lines above the bars; the height of those.
inline double draw_bar_key(const StackedBars& bars, double left, double width, Canvas& canvas) {
  double x = left, y = 16;
  for (const BarPart& part : bars.parts) {
    const double size = 34 + 7.6 * static_cast<double>(display_width(part.label));
    if (x > left && x + size > left + width) x = left, y += 22;
    canvas.rectangle(x, y - 6, 12, 12, part.colour);
    canvas.text(x + 18, y, part.label, "left");
    x += size;
  }
  return y + 22;
}

inline void draw_bar_axis(const BarLayout& at, double bottom, const std::string& title, Canvas& canvas) {
  const double step = std::max(1.0, round_step(at.most, 10));
  for (double value = 0; value <= at.most * (1 + 1e-9); value += step) {
    canvas.rectangle(at.x(value) - 0.5, at.top - 4, 1, bottom - at.top + 8, "#d5d5d5");
    canvas.text(at.x(value), bottom + 16, grouped(static_cast<std::int64_t>(value)), "center");
  }
  canvas.text(at.left + at.width / 2, bottom + 40, title, "center");
}

}  // namespace detail

/// Values are not negative.
inline Figure stacked_bars(std::string name, std::string title, const StackedBars& bars) {
  std::vector<double> totals(bars.rows.size(), 0);
  for (const BarPart& part : bars.parts)
    for (std::size_t r = 0; r < totals.size(); ++r) totals[r] += part.values[r];
  std::size_t longest = 2;
  for (const std::string& row : bars.rows) longest = std::max(longest, display_width(row));
  const auto rows = static_cast<double>(bars.rows.size());
  detail::BarLayout at{};
  at.left = 24 + 8.5 * static_cast<double>(longest);
  at.width = 640;
  at.row = rows > 30 ? 17 : 22;
  at.most = std::max(1.0, totals.empty() ? 1.0 : *std::ranges::max_element(totals));
  detail::Canvas key(0, 0);
  at.top = 12 + detail::draw_bar_key(bars, at.left, at.width, key);
  const double bottom = at.top + at.row * rows;
  const int width = static_cast<int>(at.left + at.width + 40), height = static_cast<int>(bottom + 58);
  detail::Canvas canvas(width, height);
  detail::draw_bar_key(bars, at.left, at.width, canvas);
  detail::draw_bar_axis(at, bottom, bars.axis, canvas);
  for (std::size_t r = 0; r < bars.rows.size(); ++r) {
    const double y = at.top + at.row * static_cast<double>(r);
    canvas.text(at.left - 10, y + at.row / 2, bars.rows[r], "right");
    double before = 0;
    for (const BarPart& part : bars.parts) {
      if (part.values[r] <= 0) continue;
      canvas.rectangle(at.x(before), y + 2, at.x(before + part.values[r]) - at.x(before), at.row - 4, part.colour);
      before += part.values[r];
    }
  }
  return {std::move(name), std::move(title), width, height, canvas.script()};
}

}  // namespace neuroglot::report
