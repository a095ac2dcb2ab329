/// A figure: a gnuplot script that is drawn as SVG for pages and as PNG for slides, in one style.
#pragma once

#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "neuroglot/core/error.hpp"
#include "neuroglot/experiment/gnuplot.hpp"
#include "neuroglot/experiment/installed_fonts.hpp"

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

/// Calls each(letter, place) for what DejaVu Sans may lack: letters from
/// U+0700 on (Devanagari, Thai, Chinese, ...) but for Latin ones (Vietnamese) and punctuation. Letters are escaped as
/// gnuplot_string does.
template <class Each>
void for_uncommon_letters(std::string_view script, Each each) {
  for (std::size_t at = 0; at < script.size();) {
    const std::string_view rest = script.substr(at), lead = rest.substr(0, 4), second = rest.substr(0, 8);
    const bool is_long = lead.size() == 4 && lead[0] == '\\' && lead >= "\\334" && lead < "\\370";
    const bool is_latin = second >= "\\341\\270" && second <= "\\341\\273";  // U+1E00 to U+1EFF, Vietnamese among it
    if (!is_long || is_latin || lead == "\\342" || rest.starts_with("\\357\\277\\275")) {  // punctuation, minus, U+FFFD
      ++at;
      continue;
    }
    const std::size_t bytes = lead < "\\340" ? 2 : lead < "\\360" ? 3 : 4;
    const auto byte = [&](std::size_t i) {
      return static_cast<char32_t>((rest[4 * i + 1] - '0') * 64 + (rest[4 * i + 2] - '0') * 8 +
                                   (rest[4 * i + 3] - '0'));
    };
    if (rest.size() < 4 * bytes) return;
    char32_t letter = byte(0) & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) letter = letter << 6 | (byte(i) & 0x3f);
    each(letter, at);
    at += 4 * bytes;
  }
}

inline std::set<char32_t> uncommon_letters(std::string_view script) {
  std::set<char32_t> letters;
  for_uncommon_letters(script, [&](char32_t letter, std::size_t) { letters.insert(letter); });
  return letters;
}

/// The script with each of these letters as a white square: gnuplot's PNG would draw one that no font has larger than
/// the figure.
inline std::string with_squares_for(const std::set<char32_t>& letters, std::string_view script) {
  std::string out;
  std::size_t copied = 0;
  for_uncommon_letters(script, [&](char32_t letter, std::size_t at) {
    if (!letters.contains(letter)) return;
    out += std::string(script.substr(copied, at - copied)) + "\\342\\226\\241";
    copied = at + (letter < 0x800 ? 8 : letter < 0x10000 ? 12 : 16);
  });
  return out + std::string(script.substr(copied));
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

/// A whole PNG file; letters that no font of this machine has are squares in it (the SVG has them). Throws Error as
/// run_gnuplot does.
inline std::string png_file(const Figure& figure) {
  const std::set<char32_t> lacking = letters_without_font(detail::uncommon_letters(figure.script));
  return run_gnuplot(text_of("set terminal pngcairo noenhanced size ", 2 * figure.width, ",", 2 * figure.height,
                             " font \"sans,10.5\" fontscale 2 linewidth 2 pointscale 2\n", detail::figure_style,
                             detail::with_squares_for(lacking, figure.script)));
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
