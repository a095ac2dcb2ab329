/// A figure: a gnuplot script that is drawn as SVG for pages and as PNG for slides, in one style.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/gnuplot.hpp"

namespace neuroglot {

struct Figure {
  std::string name;   ///< of its files, without the ending: letters, digits, '_'
  std::string title;  ///< what is drawn, for readers who can not see it
  int width = 800;    ///< pixels of the SVG; the PNG has twice as many
  int height = 400;
  std::string script;  ///< gnuplot commands, without terminal and output
};

/// Colours that colour-blind readers can tell apart (Okabe and Ito 2008), and greys for what is not data.
inline constexpr std::array<std::string_view, 8> series_colours = {"#0072b2", "#e69f00", "#009e73", "#cc79a7",
                                                                   "#56b4e9", "#d55e00", "#f0e442", "#8c8c8c"};
inline constexpr std::string_view ink = "#333333";

namespace detail {

inline constexpr std::string_view figure_style = R"(set encoding utf8
set border 3 linecolor rgb "#999999"
set tics nomirror out scale 0.6 textcolor rgb "#333333"
set format "%g"
set grid ytics linetype 1 linecolor rgb "#e4e4e4"
set style fill solid 1 noborder
set key textcolor rgb "#333333"
set xlabel textcolor rgb "#333333"
set ylabel textcolor rgb "#333333"
)";

/// Removes what lies from the first `from` after `start` to the end of the next `to`.
inline void cut(std::string& text, std::string_view from, std::string_view to, std::size_t start = 0) {
  const std::size_t begin = text.find(from, start);
  if (begin == std::string::npos) return;
  const std::size_t end = text.find(to, begin + from.size());
  if (end != std::string::npos) text.erase(begin, end + to.size() - begin);
}

}  // namespace detail

/// A whole SVG file. Throws Error as run_gnuplot does.
inline std::string svg_file(const Figure& figure) {
  return run_gnuplot(text_of("set terminal svg noenhanced size ", figure.width, ",", figure.height,
                             " font \"sans-serif,14\" name \"", figure.name, "\" background rgb \"white\"\n",
                             detail::figure_style, figure.script));
}

/// A whole PNG file. Throws Error as run_gnuplot does.
inline std::string png_file(const Figure& figure) {
  return run_gnuplot(text_of("set terminal pngcairo noenhanced size ", 2 * figure.width, ",", 2 * figure.height,
                             " font \"sans,10.5\" fontscale 2 linewidth 2\n", detail::figure_style, figure.script));
}

/// An SVG file as an element of a page: without its prolog, and without names that another figure on the page has too.
/// Texts in it are escaped by gnuplot, so that what is cut here is never part of one.
inline std::string svg_element(std::string svg) {
  svg.erase(0, svg.find("<svg"));
  detail::cut(svg, "<title>", "</title>");
  detail::cut(svg, "<desc>", "</desc>");
  detail::cut(svg, "<defs>", "</defs>");  // shapes of points, which no figure here draws
  detail::cut(svg, " id=\"gnuplot_canvas", "\"");
  for (std::size_t title = svg.find("<title>"); title != std::string::npos; title = svg.find("<title>", title))
    detail::cut(svg, "<title>", "</title>", title);
  return svg;
}

}  // namespace neuroglot
