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

/// Colours that colour-blind readers can tell apart (Paul Tol's "muted" scheme), neighbours of different lightness.
inline constexpr std::array<std::string_view, 9> series_colours = {
    "#332288", "#cc6677", "#117733", "#ddcc77", "#88ccee", "#882255", "#44aa99", "#999933", "#aa4499"};
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

/// The script with each letter that DejaVu Sans lacks (of Chinese, Thai, ...) as a white square: where no other font is
/// installed, gnuplot's PNG would draw such a letter larger than the figure. Letters are escaped as gnuplot_string
/// does.
inline std::string in_common_letters(std::string_view script) {
  std::string out;
  for (std::size_t at = 0; at < script.size();) {
    const std::string_view rest = script.substr(at);
    const std::string_view lead = rest.substr(0, 4);
    const bool is_long = lead.size() == 4 && lead[0] == '\\' && lead >= "\\334" && lead < "\\370";
    const std::string_view second = rest.substr(0, 8);
    const bool is_latin = second >= "\\341\\270" && second <= "\\341\\273";  // U+1E00 to U+1EFF, Vietnamese among it
    if (!is_long || is_latin || lead == "\\342" || rest.starts_with("\\357\\277\\275")) {  // punctuation, minus, U+FFFD
      out += script[at++];
      continue;
    }
    out += "\\342\\226\\241";
    at += lead < "\\340" ? 8 : lead < "\\360" ? 12 : 16;
  }
  return out;
}

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

/// A whole PNG file; letters that common fonts lack are squares in it (the SVG has them). Throws Error as run_gnuplot
/// does.
inline std::string png_file(const Figure& figure) {
  return run_gnuplot(text_of("set terminal pngcairo noenhanced size ", 2 * figure.width, ",", 2 * figure.height,
                             " font \"sans,10.5\" fontscale 2 linewidth 2 pointscale 2\n", detail::figure_style,
                             detail::in_common_letters(figure.script)));
}

/// An SVG file as an element of a page: without its prolog, and without names that another figure on the page has too;
/// the shapes of points go by the figure's `name`. Texts in it are escaped by gnuplot, so that what is cut or renamed
/// here is never part of one.
inline std::string svg_element(std::string svg, std::string_view name) {
  svg.erase(0, svg.find("<svg"));
  detail::cut(svg, "<title>", "</title>");
  detail::cut(svg, "<desc>", "</desc>");
  if (svg.find("<use xlink:href='#gpPt", svg.find("</defs>")) == std::string::npos)
    detail::cut(svg, "<defs>", "</defs>");  // shapes of points, where none is drawn
  for (const std::string_view shape : {"#gpPt", "id='gpPt", "id='gpDot"})
    for (std::size_t at = svg.find(shape); at != std::string::npos; at = svg.find(shape, at + shape.size()))
      svg.insert(at + shape.find("gp"), std::string(name) + "_");
  detail::cut(svg, " id=\"gnuplot_canvas", "\"");
  for (std::size_t title = svg.find("<title>"); title != std::string::npos; title = svg.find("<title>", title))
    detail::cut(svg, "<title>", "</title>", title);
  return svg;
}

}  // namespace neuroglot
