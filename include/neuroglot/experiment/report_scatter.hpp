/// Named points in panels beside each other, with a line through them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "neuroglot/experiment/figure.hpp"
#include "neuroglot/experiment/report_words.hpp"
#include "neuroglot/experiment/round_step.hpp"

namespace neuroglot::report {

/// The line is over log10 of x where x is logarithmic.
struct ScatterPanel {
  std::string title, x_title, y_title;
  std::vector<std::string> names;
  std::vector<double> x, y;
  double slope = 0, intercept = 0;
  bool is_logarithmic = false;
};

namespace detail {

/// Where a panel's axes stand in the figure, in pixels from above, and what they show.
struct ScatterAxes {
  double left, top, width, height;
  double least_x, most_x, least_y, most_y;  // of x the logarithm where it is logarithmic
};

struct ScatterLabel {
  double x, y, width;  // its left end and its middle
};

inline double scatter_x(const ScatterPanel& panel, std::size_t i) {
  return panel.is_logarithmic ? std::log10(panel.x[i]) : panel.x[i];
}

/// With some room around the points; the y axis begins at 0 unless the points would fill less than half of it.
inline ScatterAxes scatter_axes(const ScatterPanel& panel, double left, double top, double width, double height) {
  ScatterAxes at{left, top, width, height, 1e300, -1e300, 1e300, -1e300};
  for (std::size_t i = 0; i < panel.names.size(); ++i) {
    at.least_x = std::min(at.least_x, scatter_x(panel, i));
    at.most_x = std::max(at.most_x, scatter_x(panel, i));
    at.least_y = std::min(at.least_y, panel.y[i]);
    at.most_y = std::max(at.most_y, panel.y[i]);
  }
  const double room_x = std::max(0.08 * (at.most_x - at.least_x), 1e-9 * std::max(1.0, std::abs(at.most_x)));
  const double room_y = std::max(0.1 * (at.most_y - at.least_y), 1e-9 * std::max(1.0, std::abs(at.most_y)));
  at.least_x -= room_x, at.most_x += 1.4 * room_x;  // names stand on the right
  at.least_y = at.least_y < (at.most_y - at.least_y) ? std::min(0.0, at.least_y) : at.least_y - room_y;
  at.most_y += room_y;
  return at;
}

/// Puts each name beside its point where it meets no other name and no other point: right, left, above or below. A
/// name that has no such place is left out.
inline std::vector<std::pair<std::size_t, ScatterLabel>> placed_names(const ScatterPanel& panel,
                                                                      const ScatterAxes& at) {
  constexpr double line = 13, point = 4;
  std::vector<ScatterLabel> taken;
  for (std::size_t i = 0; i < panel.names.size(); ++i) {
    const double x = at.left + at.width * (scatter_x(panel, i) - at.least_x) / (at.most_x - at.least_x);
    const double y = at.top + at.height * (at.most_y - panel.y[i]) / (at.most_y - at.least_y);
    taken.push_back({x - point, y, 2 * point});
  }
  const auto meet = [](const ScatterLabel& a, const ScatterLabel& b, double apart) {
    return a.x < b.x + b.width && b.x < a.x + a.width && std::abs(a.y - b.y) < apart;
  };
  std::vector<std::pair<std::size_t, ScatterLabel>> placed;
  for (std::size_t i = 0; i < panel.names.size(); ++i) {
    const double width = 8.0 * static_cast<double>(display_width(panel.names[i]));
    const double x = taken[i].x + point, y = taken[i].y;
    const std::array<ScatterLabel, 6> places = {{{x + 7, y, width},
                                                 {x - 7 - width, y, width},
                                                 {x - width / 2, y - 13, width},
                                                 {x - width / 2, y + 13, width},
                                                 {x + 4, y - 10, width},
                                                 {x + 4, y + 10, width}}};
    for (const ScatterLabel& place : places) {
      const bool is_inside = place.x > at.left + 4 && place.x + width < at.left + at.width + 8 &&
                             place.y > at.top + 6 && place.y < at.top + at.height - 6;
      bool is_free = is_inside;
      for (std::size_t k = 0; is_free && k < taken.size(); ++k)
        is_free = !meet(place, taken[k], k < panel.names.size() ? line / 2 + point : line);
      if (!is_free) continue;
      taken.push_back(place);
      placed.emplace_back(i, place);
      break;
    }
  }
  return placed;
}

/// "250k" with as many digits as the step to the next one needs.
inline std::string scatter_tic(double value, double step, double most) {
  const double unit = most >= 1e9 ? 1e9 : most >= 1e6 ? 1e6 : most >= 1e4 ? 1e3 : 1;
  const int digits = std::max(0, static_cast<int>(std::ceil(-std::log10(step / unit) - 1e-9)));
  const std::string_view letter = unit == 1e9 ? "G" : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
  return fixed(value / unit, digits) + std::string(letter);
}

/// Round numbers along the x axis; where it is logarithmic 1, 2 and 5 times the powers of ten, or these alone.
inline std::string scatter_tics(const ScatterPanel& panel, const ScatterAxes& at) {
  std::string list;
  const auto add = [&](double value, double step, double most, double where) {
    list += text_of(list.empty() ? "" : ", ", gnuplot_tic(scatter_tic(value, step, most)), " ", where);
  };
  if (panel.is_logarithmic) {
    const bool is_wide = at.most_x - at.least_x > 2.5;
    for (double power = std::floor(at.least_x); power <= at.most_x; power += 1)
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double where = power + std::log10(factor), value = factor * std::pow(10, power);
        if (where >= at.least_x && where <= at.most_x && (factor == 1 || !is_wide))
          add(value, std::pow(10, power), value, where);
      }
  } else {
    const double step = round_step(at.most_x - at.least_x, 5);
    for (double value = std::ceil(at.least_x / step) * step; value <= at.most_x; value += step)
      add(value, step, at.most_x, value);
  }
  return text_of("set xtics (", list, ")\n");
}

/// One plot command of a multiplot with its margins; `number` names its data.
inline std::string scatter_script(const ScatterPanel& panel, const ScatterAxes& at, int width, int height,
                                  std::size_t number) {
  std::string data, labels;
  for (std::size_t i = 0; i < panel.names.size(); ++i) data += text_of(scatter_x(panel, i), " ", panel.y[i], "\n");
  for (const auto& [i, place] : placed_names(panel, at))
    labels += text_of("set label ", gnuplot_string(panel.names[i]), " at screen ", place.x / width, ", screen ",
                      1 - place.y / height, " left front textcolor rgb \"", ink, "\"\n");
  return text_of("$scatter", number, " << NEUROGLOT_END\n", data, "NEUROGLOT_END\nunset label\n", labels,
                 "set lmargin at screen ", at.left / width, "\nset rmargin at screen ", (at.left + at.width) / width,
                 "\nset tmargin at screen ", 1 - at.top / height, "\nset bmargin at screen ",
                 1 - (at.top + at.height) / height, "\nset xrange [", at.least_x, ":", at.most_x, "]\nset yrange [",
                 at.least_y, ":", at.most_y, "]\n", scatter_tics(panel, at), "set title ", gnuplot_string(panel.title),
                 " offset 0,-0.3\nset xlabel ", gnuplot_string(panel.x_title), "\nset ylabel ",
                 gnuplot_string(panel.y_title), "\nplot ", panel.slope, " * x + (", panel.intercept,
                 ") with lines linewidth 1.5 linecolor rgb \"#d55e00\" notitle, $scatter", number,
                 " using 1:2 with points pointtype 7 pointsize 0.55 linecolor rgb \"#332288\" notitle\n");
}

}  // namespace detail

/// Two panels beside each other.
inline Figure scatter_figure(std::string name, std::string title, const std::vector<ScatterPanel>& panels) {
  constexpr double panel_width = 400, panel_height = 340;
  const std::size_t across = std::min<std::size_t>(2, panels.size()), down = (panels.size() + across - 1) / across;
  const int width = static_cast<int>(panel_width * static_cast<double>(across)) + (across == 1 ? 120 : 0);
  const int height = static_cast<int>(panel_height * static_cast<double>(down));
  std::string script = "set multiplot\nset samples 64\n";
  for (std::size_t i = 0; i < panels.size(); ++i) {
    const std::size_t row = i / across, column = i % across;
    const double left = panel_width * static_cast<double>(column) + 62,
                 top = panel_height * static_cast<double>(row) + 34;
    const double plot_width = (across == 1 ? width : panel_width) - 62 - 18;
    const detail::ScatterAxes at = detail::scatter_axes(panels[i], left, top, plot_width, panel_height - 34 - 76);
    script += detail::scatter_script(panels[i], at, width, height, i);
  }
  return {std::move(name), std::move(title), width, height, script + "unset multiplot\n"};
}

}  // namespace neuroglot::report
